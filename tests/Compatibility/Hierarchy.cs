using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace FineTuning.Compatibility;

/// <summary>Types with what they inherit, and the members in there.</summary>
internal sealed class Hierarchy(AssemblySet set)
{
    /// <summary>The type and its base types, the type first. It ends early at a base type that is nowhere, which is a
    /// finding of its own.</summary>
    public IEnumerable<FoundType> WithBases(FoundType type)
    {
        for (FoundType? next = type; next is not null; )
        {
            yield return next;
            EntityHandle parent = next.Definition.BaseType;
            next = parent.IsNil ? null : Instance(next, parent);
        }
    }

    /// <summary>The interfaces that a type says it has, with those that they have.</summary>
    public IEnumerable<FoundType> Interfaces(FoundType type)
    {
        foreach (InterfaceImplementationHandle handle in type.Definition.GetInterfaceImplementations())
        {
            if (Instance(type, type.File.Metadata.GetInterfaceImplementation(handle).Interface) is { } found)
            {
                yield return found;
                foreach (FoundType inherited in Interfaces(found))
                {
                    yield return inherited;
                }
            }
        }
    }

    /// <summary>The methods that a type itself defines.</summary>
    public static IEnumerable<FoundMethod> Methods(FoundType type)
    {
        foreach (MethodDefinitionHandle handle in type.Definition.GetMethods())
        {
            MethodDefinition method = type.File.Metadata.GetMethodDefinition(handle);
            yield return new FoundMethod(
                type,
                method,
                TypeNames.Text(method.DecodeSignature(TypeNames.Instance, type.Arguments))
            );
        }
    }

    /// <summary>A method of a type or of its base types; null if there is none of the name with exactly the
    /// signature.</summary>
    public FoundMethod? FindMethod(FoundType type, string name, string signature)
    {
        foreach (FoundType one in WithBases(type))
        {
            foreach (MethodDefinitionHandle handle in one.Definition.GetMethods())
            {
                MethodDefinition method = one.File.Metadata.GetMethodDefinition(handle);
                if (
                    one.File.Metadata.StringComparer.Equals(method.Name, name)
                    && TypeNames.Text(method.DecodeSignature(TypeNames.Instance, one.Arguments)) == signature
                )
                {
                    return new FoundMethod(one, method, signature);
                }
            }

            if (name == ".ctor")
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>Whether a type or one of its base types has a field that an assembly may use: its own, or one that is
    /// public.</summary>
    public bool HasField(AssemblyFile user, FoundType type, string name, string fieldType)
    {
        foreach (FoundType one in WithBases(type))
        {
            foreach (FieldDefinitionHandle handle in one.Definition.GetFields())
            {
                FieldDefinition field = one.File.Metadata.GetFieldDefinition(handle);
                if (
                    one.File.Metadata.StringComparer.Equals(field.Name, name)
                    && field.DecodeSignature(TypeNames.Instance, one.Arguments) == fieldType
                )
                {
                    return one.File == user
                        || (field.Attributes & FieldAttributes.FieldAccessMask)
                            is FieldAttributes.Public
                                or FieldAttributes.Family
                                or FieldAttributes.FamORAssem;
                }
            }
        }

        return false;
    }

    /// <summary>Whether a type or one of its base types names a method of its own as the implementation of an
    /// interface's or base type's method.</summary>
    public bool Implements(FoundType type, FoundMethod method)
    {
        foreach (FoundType one in WithBases(type))
        {
            MetadataReader metadata = one.File.Metadata;
            foreach (MethodImplementationHandle handle in one.Definition.GetMethodImplementations())
            {
                EntityHandle declaration = metadata.GetMethodImplementation(handle).MethodDeclaration;
                (StringHandle name, EntityHandle parent) =
                    declaration.Kind == HandleKind.MemberReference
                        ? (
                            metadata.GetMemberReference((MemberReferenceHandle)declaration).Name,
                            metadata.GetMemberReference((MemberReferenceHandle)declaration).Parent
                        )
                        : (
                            metadata.GetMethodDefinition((MethodDefinitionHandle)declaration).Name,
                            metadata.GetMethodDefinition((MethodDefinitionHandle)declaration).GetDeclaringType()
                        );
                if (
                    metadata.StringComparer.Equals(name, method.Name)
                    && set.Resolve(one.File, parent) is { } declared
                    && declared.File == method.Type.File
                    && declared.Handle == method.Type.Handle
                )
                {
                    return true;
                }
            }
        }

        return false;
    }

    private FoundType? Instance(FoundType type, EntityHandle handle) =>
        set.Resolve(type.File, handle) is { } found ? found with { Arguments = ArgumentsOf(type, handle) } : null;

    private static ImmutableArray<string> ArgumentsOf(FoundType type, EntityHandle handle)
    {
        if (handle.Kind != HandleKind.TypeSpecification)
        {
            return [];
        }

        MetadataReader metadata = type.File.Metadata;
        BlobReader blob = metadata.GetBlobReader(
            metadata.GetTypeSpecification((TypeSpecificationHandle)handle).Signature
        );
        _ = blob.ReadSignatureTypeCode();
        _ = blob.ReadByte();
        _ = blob.ReadTypeHandle();
        SignatureDecoder<string, ImmutableArray<string>> decoder = new(TypeNames.Instance, metadata, type.Arguments);
        string[] arguments = new string[blob.ReadCompressedInteger()];
        for (int i = 0; i < arguments.Length; i++)
        {
            arguments[i] = decoder.DecodeType(ref blob);
        }

        return [.. arguments];
    }
}
