using System.Reflection.Metadata;

namespace FineTuning.Compatibility;

/// <summary>
/// The assemblies that a process of Windows PowerShell can load: those of .NET Framework and PowerShell, which come
/// first as they do there, and the ones in the module's folder, found by their simple names as the module's
/// DependencyResolver does.
/// </summary>
public sealed class AssemblySet : IDisposable
{
    private readonly Dictionary<string, AssemblyFile> _platform = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, AssemblyFile> _shipped = new(StringComparer.OrdinalIgnoreCase);

    private AssemblySet() { }

    /// <summary>The assemblies of the module's folder.</summary>
    public IReadOnlyCollection<AssemblyFile> Shipped => _shipped.Values;

    /// <summary>Opens all assemblies of the folders.</summary>
    /// <exception cref="DirectoryNotFoundException">One of the folders is not there.</exception>
    public static AssemblySet Open(string shipped, IEnumerable<string> platform)
    {
        AssemblySet set = new();
        Add(set._shipped, shipped);
        foreach (string folder in platform)
        {
            Add(set._platform, folder);
        }

        return set;
    }

    /// <summary>The assembly that .NET takes for a reference: one of the platform is taken for every version up to its
    /// own.</summary>
    public AssemblyFile? Find(string name, Version version)
    {
        if (_platform.TryGetValue(name, out AssemblyFile? found) && found.Version >= version)
        {
            return found;
        }

        return _shipped.TryGetValue(name, out found) && found.Version >= version ? found : null;
    }

    /// <summary>What there is of a name, in any version: for a message.</summary>
    public string Describe(string name)
    {
        string beside = _shipped.TryGetValue(name, out AssemblyFile? found)
            ? $"the module's folder has {found.Version}"
            : "the module's folder has none";
        return _platform.TryGetValue(name, out found)
            ? $"{beside}, the platform {found.Version}"
            : $"{beside}, nor has the platform";
    }

    /// <summary>The type that an entry of an assembly means, wherever it was moved to; null if it is nowhere.</summary>
    public FoundType? Resolve(AssemblyFile file, EntityHandle handle)
    {
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                return new FoundType(file, (TypeDefinitionHandle)handle, []);
            case HandleKind.TypeReference:
                return ResolveReference(file, (TypeReferenceHandle)handle);
            default:
                TypeSpecification specification = file.Metadata.GetTypeSpecification((TypeSpecificationHandle)handle);
                BlobReader blob = file.Metadata.GetBlobReader(specification.Signature);
                if (blob.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
                {
                    return null;
                }

                _ = blob.ReadByte();
                return Resolve(file, blob.ReadTypeHandle());
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (AssemblyFile file in _platform.Values)
        {
            file.Dispose();
        }

        foreach (AssemblyFile file in _shipped.Values)
        {
            file.Dispose();
        }
    }

    private static void Add(Dictionary<string, AssemblyFile> files, string folder)
    {
        foreach (string path in Directory.EnumerateFiles(folder, "*.dll"))
        {
            if (AssemblyFile.Open(path) is { } file && !files.TryAdd(file.Name, file))
            {
                file.Dispose();
            }
        }
    }

    private FoundType? ResolveReference(AssemblyFile file, TypeReferenceHandle handle)
    {
        TypeReference reference = file.Metadata.GetTypeReference(handle);
        string name = file.Metadata.GetString(reference.Name);
        if (reference.ResolutionScope.Kind == HandleKind.TypeReference)
        {
            return Resolve(file, reference.ResolutionScope) is { } outer ? Nested(outer, name) : null;
        }

        return reference.ResolutionScope.Kind == HandleKind.AssemblyReference
            ? ResolveName(
                file,
                (AssemblyReferenceHandle)reference.ResolutionScope,
                TypeNames.Join(file.Metadata.GetString(reference.Namespace), name)
            )
            : null;
    }

    private FoundType? ResolveName(AssemblyFile file, AssemblyReferenceHandle handle, string name)
    {
        // A type may have moved more than once; a circle of moves is nowhere.
        for (int moves = 0; moves < 8 && !handle.IsNil; moves++)
        {
            AssemblyReference reference = file.Metadata.GetAssemblyReference(handle);
            if (Find(file.Metadata.GetString(reference.Name), reference.Version) is not { } target)
            {
                return null;
            }

            if (target.FindType(name) is { IsNil: false } type)
            {
                return new FoundType(target, type, []);
            }

            handle = target.FindForward(name);
            file = target;
        }

        return null;
    }

    private static FoundType? Nested(FoundType outer, string name)
    {
        foreach (TypeDefinitionHandle handle in outer.Definition.GetNestedTypes())
        {
            if (outer.File.Metadata.StringComparer.Equals(outer.File.Metadata.GetTypeDefinition(handle).Name, name))
            {
                return new FoundType(outer.File, handle, []);
            }
        }

        return null;
    }
}
