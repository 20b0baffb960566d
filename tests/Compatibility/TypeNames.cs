using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace FineTuning.Compatibility;

/// <summary>
/// Writes the types of a signature as text that two assemblies have in common: full names without the assembly, since
/// types move between assemblies. The context has what stands for the type parameters of the type; where it has
/// nothing, they are !0, !1.
/// </summary>
internal sealed class TypeNames : ISignatureTypeProvider<string, ImmutableArray<string>>
{
    /// <summary>The one that is needed: it has no state.</summary>
    public static TypeNames Instance { get; } = new();

    /// <summary>Namespace and name.</summary>
    public static string Join(string space, string name) => space.Length == 0 ? name : space + "." + name;

    /// <summary>A method's signature without its name.</summary>
    public static string Text(MethodSignature<string> signature) =>
        $"{(signature.Header.IsInstance ? "" : "static ")}{signature.ReturnType} "
        + $"`{signature.GenericParameterCount}({string.Join(", ", signature.ParameterTypes)})";

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
    {
        TypeDefinition type = reader.GetTypeDefinition(handle);
        string name = reader.GetString(type.Name);
        return type.GetDeclaringType() is { IsNil: false } outer
            ? GetTypeFromDefinition(reader, outer, 0) + "+" + name
            : Join(reader.GetString(type.Namespace), name);
    }

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
    {
        TypeReference type = reader.GetTypeReference(handle);
        string name = reader.GetString(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? GetTypeFromReference(reader, (TypeReferenceHandle)type.ResolutionScope, 0) + "+" + name
            : Join(reader.GetString(type.Namespace), name);
    }

    public string GetTypeFromSpecification(
        MetadataReader reader,
        ImmutableArray<string> genericContext,
        TypeSpecificationHandle handle,
        byte rawTypeKind
    ) => reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => "System." + typeCode;

    public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) =>
        $"{genericType}<{string.Join(", ", typeArguments)}>";

    public string GetGenericTypeParameter(ImmutableArray<string> genericContext, int index) =>
        index < genericContext.Length ? genericContext[index] : "!" + index;

    public string GetGenericMethodParameter(ImmutableArray<string> genericContext, int index) => "!!" + index;

    public string GetArrayType(string elementType, ArrayShape shape) =>
        $"{elementType}[{string.Concat(Enumerable.Repeat(",", shape.Rank - 1))}:{shape.Rank}]";

    public string GetSZArrayType(string elementType) => elementType + "[]";

    public string GetByReferenceType(string elementType) => elementType + "&";

    public string GetPointerType(string elementType) => elementType + "*";

    public string GetPinnedType(string elementType) => elementType;

    public string GetFunctionPointerType(MethodSignature<string> signature) => "function " + Text(signature);

    // A modifier belongs to the signature: .NET does not find a method without it.
    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) =>
        $"{unmodifiedType} {(isRequired ? "modreq" : "modopt")}({modifier})";
}
