using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace FineTuning.Compatibility.Tests;

/// <summary>An assembly that uses what a test wants it to use. It has no code: only what is referenced is looked
/// at.</summary>
internal sealed class Plant
{
    private readonly MetadataBuilder _metadata = new();
    private int _methods;

    public Plant(string name)
    {
        _metadata.AddModule(
            0,
            _metadata.GetOrAddString(name + ".dll"),
            _metadata.GetOrAddGuid(Guid.NewGuid()),
            default,
            default
        );
        _metadata.AddAssembly(
            _metadata.GetOrAddString(name),
            new Version(1, 0, 0, 0),
            default,
            default,
            default,
            AssemblyHashAlgorithm.None
        );
        Standard = Assembly("netstandard", "2.0.0.0");
        AddClass("<Module>", default, 0);
    }

    public EntityHandle Standard { get; }

    public EntityHandle Assembly(string name, string version) =>
        _metadata.AddAssemblyReference(
            _metadata.GetOrAddString(name),
            Version.Parse(version),
            default,
            default,
            default,
            default
        );

    public EntityHandle Type(EntityHandle assembly, string space, string name) =>
        _metadata.AddTypeReference(assembly, _metadata.GetOrAddString(space), _metadata.GetOrAddString(name));

    /// <summary>A use of a method.</summary>
    public void Method(
        EntityHandle type,
        string name,
        Action<ReturnTypeEncoder> result,
        params Action<ParameterTypeEncoder>[] parameters
    ) => _metadata.AddMemberReference(type, _metadata.GetOrAddString(name), Signature(result, parameters));

    /// <summary>A use of a field.</summary>
    public void Field(EntityHandle type, string name, Action<SignatureTypeEncoder> fieldType)
    {
        BlobBuilder blob = new();
        fieldType(new BlobEncoder(blob).FieldSignature());
        _metadata.AddMemberReference(type, _metadata.GetOrAddString(name), _metadata.GetOrAddBlob(blob));
    }

    /// <summary>A class of the assembly's own; the methods that are added next are its.</summary>
    public TypeDefinitionHandle AddClass(string name, EntityHandle parent, TypeAttributes attributes) =>
        _metadata.AddTypeDefinition(
            attributes,
            default,
            _metadata.GetOrAddString(name),
            parent,
            MetadataTokens.FieldDefinitionHandle(1),
            MetadataTokens.MethodDefinitionHandle(_methods + 1)
        );

    public void AddInterface(TypeDefinitionHandle type, EntityHandle contract) =>
        _metadata.AddInterfaceImplementation(type, contract);

    public void AddMethod(
        string name,
        MethodAttributes attributes,
        Action<ReturnTypeEncoder> result,
        params Action<ParameterTypeEncoder>[] parameters
    )
    {
        _methods++;
        _metadata.AddMethodDefinition(
            attributes,
            MethodImplAttributes.IL,
            _metadata.GetOrAddString(name),
            Signature(result, parameters),
            -1,
            MetadataTokens.ParameterHandle(1)
        );
    }

    public void Save(string path)
    {
        ManagedPEBuilder builder = new(
            PEHeaderBuilder.CreateLibraryHeader(),
            new MetadataRootBuilder(_metadata),
            new BlobBuilder()
        );
        BlobBuilder image = new();
        builder.Serialize(image);
        using FileStream file = File.Create(path);
        image.WriteContentTo(file);
    }

    private BlobHandle Signature(Action<ReturnTypeEncoder> result, Action<ParameterTypeEncoder>[] parameters)
    {
        BlobBuilder blob = new();
        new BlobEncoder(blob)
            .MethodSignature(isInstanceMethod: true)
            .Parameters(
                parameters.Length,
                result,
                all =>
                {
                    foreach (Action<ParameterTypeEncoder> parameter in parameters)
                    {
                        parameter(all.AddParameter());
                    }
                }
            );
        return _metadata.GetOrAddBlob(blob);
    }
}
