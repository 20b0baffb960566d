using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace FineTuning.Compatibility;

/// <summary>The metadata of one assembly, with its types by name.</summary>
public sealed class AssemblyFile : IDisposable
{
    private readonly PEReader _reader;
    private readonly Dictionary<string, TypeDefinitionHandle> _types = [];
    private readonly Dictionary<string, AssemblyReferenceHandle> _forwards = [];

    private AssemblyFile(PEReader reader)
    {
        _reader = reader;
        Metadata = reader.GetMetadataReader();
        AssemblyDefinition definition = Metadata.GetAssemblyDefinition();
        Name = Metadata.GetString(definition.Name);
        Version = definition.Version;
        foreach (TypeDefinitionHandle handle in Metadata.TypeDefinitions)
        {
            TypeDefinition type = Metadata.GetTypeDefinition(handle);
            if (type.GetDeclaringType().IsNil)
            {
                _types[TypeNames.Join(Metadata.GetString(type.Namespace), Metadata.GetString(type.Name))] = handle;
            }
        }

        foreach (ExportedTypeHandle handle in Metadata.ExportedTypes)
        {
            ExportedType type = Metadata.GetExportedType(handle);
            // Nested ones follow the type that they are in.
            if (type.Implementation.Kind == HandleKind.AssemblyReference)
            {
                _forwards[TypeNames.Join(Metadata.GetString(type.Namespace), Metadata.GetString(type.Name))] =
                    (AssemblyReferenceHandle)type.Implementation;
            }
        }
    }

    /// <summary>The simple name.</summary>
    public string Name { get; }

    /// <summary>The version of the assembly, which references name; not the one of the file.</summary>
    public Version Version { get; }

    /// <summary>The reader of its tables.</summary>
    public MetadataReader Metadata { get; }

    /// <summary>Opens an assembly; null if the file is none, such as a native library.</summary>
    public static AssemblyFile? Open(string path)
    {
        PEReader reader = new(File.OpenRead(path));
        if (reader.HasMetadata && reader.GetMetadataReader().IsAssembly)
        {
            return new AssemblyFile(reader);
        }

        reader.Dispose();
        return null;
    }

    /// <summary>A type that is in no other one, by its full name.</summary>
    public TypeDefinitionHandle FindType(string name) => _types.GetValueOrDefault(name);

    /// <summary>The assembly that a type was moved to.</summary>
    public AssemblyReferenceHandle FindForward(string name) => _forwards.GetValueOrDefault(name);

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();
}
