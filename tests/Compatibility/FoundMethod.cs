using System.Reflection;
using System.Reflection.Metadata;

namespace FineTuning.Compatibility;

/// <summary>A method with the type that has it.</summary>
/// <param name="Type">The type that defines it.</param>
/// <param name="Definition">Its row.</param>
/// <param name="Signature">Its signature as <see cref="TypeNames"/> writes it, with the type's arguments.</param>
internal sealed record FoundMethod(FoundType Type, MethodDefinition Definition, string Signature)
{
    public string Name => Type.File.Metadata.GetString(Definition.Name);

    public bool IsVirtual => (Definition.Attributes & MethodAttributes.Virtual) != 0;

    public bool IsAbstract => (Definition.Attributes & MethodAttributes.Abstract) != 0;

    public bool IsStatic => (Definition.Attributes & MethodAttributes.Static) != 0;

    /// <summary>Whether it is meant to take the place of a method of a base type.</summary>
    public bool IsOverride => IsVirtual && (Definition.Attributes & MethodAttributes.NewSlot) == 0;

    /// <summary>Whether another assembly may use it, if need be by deriving.</summary>
    public bool IsVisible =>
        (Definition.Attributes & MethodAttributes.MemberAccessMask)
            is MethodAttributes.Public
                or MethodAttributes.Family
                or MethodAttributes.FamORAssem;
}
