using System.Reflection;
using System.Reflection.Metadata;

namespace FineTuning.Compatibility;

/// <summary>
/// Looks up everything that the shipped assemblies take from elsewhere: assemblies by version, types, methods and
/// fields with their signatures, base methods that they override, and interface and abstract methods that they must
/// have. What is looked up by name while the program runs cannot be seen here.
/// </summary>
public sealed class Checker(AssemblySet set)
{
    // The mark of init accessors is compared and never used, so each assembly may keep its own to itself.
    private const string Mark = "System.Runtime.CompilerServices.IsExternalInit";

    private readonly Hierarchy _hierarchy = new(set);
    private readonly List<Finding> _findings = [];

    /// <summary>The references to assemblies that were looked up.</summary>
    public int References { get; private set; }

    /// <summary>The types that were looked up.</summary>
    public int Types { get; private set; }

    /// <summary>The methods and fields that were looked up.</summary>
    public int Members { get; private set; }

    /// <summary>The overrides and implementations that were looked up.</summary>
    public int Overrides { get; private set; }

    /// <summary>Checks all shipped assemblies.</summary>
    public List<Finding> CheckAll()
    {
        foreach (AssemblyFile file in set.Shipped)
        {
            CheckReferences(file);
            CheckTypes(file);
            CheckMembers(file);
            CheckImplementations(file);
        }

        return _findings;
    }

    private void Report(AssemblyFile file, string code, string text) =>
        _findings.Add(new Finding(file.Name + ".dll", code, text));

    private void CheckReferences(AssemblyFile file)
    {
        foreach (AssemblyReferenceHandle handle in file.Metadata.AssemblyReferences)
        {
            References++;
            AssemblyReference reference = file.Metadata.GetAssemblyReference(handle);
            string name = file.Metadata.GetString(reference.Name);
            if (set.Find(name, reference.Version) is null)
            {
                Report(file, "FTC001", $"The assembly {name} {reference.Version} is needed, but {set.Describe(name)}.");
            }
        }
    }

    private void CheckTypes(AssemblyFile file)
    {
        foreach (TypeReferenceHandle handle in file.Metadata.TypeReferences)
        {
            Types++;
            string name = TypeNames.Instance.GetTypeFromReference(file.Metadata, handle, 0);
            FoundType? found = set.Resolve(file, handle);
            if (found is null)
            {
                Report(file, "FTC002", $"The type {name} is not there.");
            }
            else if (!found.IsVisible && found.File != file && name != Mark)
            {
                Report(file, "FTC002", $"The type {name} is not public in {found.File.Name} {found.File.Version}.");
            }
        }
    }

    private void CheckMembers(AssemblyFile file)
    {
        MetadataReader metadata = file.Metadata;
        foreach (MemberReferenceHandle handle in metadata.MemberReferences)
        {
            MemberReference member = metadata.GetMemberReference(handle);
            if (
                member.Parent.Kind is not (HandleKind.TypeReference or HandleKind.TypeSpecification)
                || set.Resolve(file, member.Parent) is not { } type
            )
            {
                // Arrays have their methods from .NET itself; a type that is not there is told of already.
                continue;
            }

            Members++;
            string name = metadata.GetString(member.Name);
            if (member.GetKind() == MemberReferenceKind.Field)
            {
                string fieldType = member.DecodeFieldSignature(TypeNames.Instance, []);
                if (!_hierarchy.HasField(file, type, name, fieldType))
                {
                    Report(
                        file,
                        "FTC003",
                        $"The field {fieldType} {type.Name}.{name} is not in {type.File.Name} {type.File.Version}."
                    );
                }

                continue;
            }

            string signature = TypeNames.Text(member.DecodeMethodSignature(TypeNames.Instance, []));
            FoundMethod? method = _hierarchy.FindMethod(type, name, signature);
            if (method is null || !(method.IsVisible || method.Type.File == file))
            {
                string what = method is null ? "is not in" : "is not public in";
                Report(
                    file,
                    "FTC003",
                    $"The method {type.Name}.{name}: {signature} {what} {type.File.Name} {type.File.Version}."
                );
            }
        }
    }

    private void CheckImplementations(AssemblyFile file)
    {
        foreach (TypeDefinitionHandle handle in file.Metadata.TypeDefinitions)
        {
            FoundType type = new(file, handle, []);
            if ((type.Definition.Attributes & TypeAttributes.Interface) != 0)
            {
                continue;
            }

            CheckOverrides(file, type);
            foreach (FoundType contract in _hierarchy.Interfaces(type))
            {
                CheckContract(file, type, contract);
            }

            if ((type.Definition.Attributes & TypeAttributes.Abstract) == 0)
            {
                foreach (FoundType parent in _hierarchy.WithBases(type))
                {
                    CheckContract(file, type, parent);
                }
            }
        }
    }

    private void CheckOverrides(AssemblyFile file, FoundType type)
    {
        foreach (FoundMethod method in Hierarchy.Methods(type))
        {
            if (!method.IsOverride)
            {
                continue;
            }

            Overrides++;
            if (!HasBase(type, method))
            {
                // .NET would make a new method of it that nobody calls.
                Report(file, "FTC004", $"The method {type.Name}.{method.Name}: {method.Signature} overrides none.");
            }
        }
    }

    private bool HasBase(FoundType type, FoundMethod method)
    {
        foreach (FoundType parent in _hierarchy.WithBases(type))
        {
            if (parent.Handle == type.Handle && parent.File == type.File)
            {
                continue;
            }

            if (_hierarchy.FindMethod(parent, method.Name, method.Signature) is { IsVirtual: true })
            {
                return true;
            }
        }

        return false;
    }

    private void CheckContract(AssemblyFile file, FoundType type, FoundType contract)
    {
        // A type that is abstract itself may leave the work to those that derive from it.
        bool mayBeAbstract = (type.Definition.Attributes & TypeAttributes.Abstract) != 0;
        foreach (FoundMethod method in Hierarchy.Methods(contract))
        {
            if (!method.IsAbstract || method.IsStatic)
            {
                continue;
            }

            Overrides++;
            bool isThere =
                _hierarchy.FindMethod(type, method.Name, method.Signature) is { IsVirtual: true } own
                && (mayBeAbstract || !own.IsAbstract);
            if (!isThere && !_hierarchy.Implements(type, method))
            {
                Report(
                    file,
                    "FTC005",
                    $"The type {type.Name} lacks {contract.Name}.{method.Name}: {method.Signature}."
                );
            }
        }
    }
}
