using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;

namespace FineTuning.Compatibility;

/// <summary>A type where it is defined.</summary>
/// <param name="File">The assembly that it is in.</param>
/// <param name="Handle">Its place in there.</param>
/// <param name="Arguments">What stands for its type parameters; empty where they stand for themselves.</param>
public sealed record FoundType(AssemblyFile File, TypeDefinitionHandle Handle, ImmutableArray<string> Arguments)
{
    /// <summary>The definition.</summary>
    public TypeDefinition Definition => File.Metadata.GetTypeDefinition(Handle);

    /// <summary>The full name.</summary>
    public string Name => TypeNames.Instance.GetTypeFromDefinition(File.Metadata, Handle, 0);

    /// <summary>Whether it may be used from another assembly, or by a class that derives from the one it is
    /// in.</summary>
    public bool IsVisible
    {
        get
        {
            for (TypeDefinition type = Definition; ; type = File.Metadata.GetTypeDefinition(type.GetDeclaringType()))
            {
                switch (type.Attributes & TypeAttributes.VisibilityMask)
                {
                    case TypeAttributes.Public:
                        return true;
                    case TypeAttributes.NestedPublic or TypeAttributes.NestedFamily or TypeAttributes.NestedFamORAssem:
                        break;
                    default:
                        return false;
                }
            }
        }
    }
}
