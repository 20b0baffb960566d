using System.Text.Json.Serialization;

namespace FineTuning.Server.Faults;

/// <summary>The shapes of /_server/faults.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(FaultRule))]
[JsonSerializable(typeof(FaultList))]
internal sealed partial class FaultJson : JsonSerializerContext;

/// <summary>All rules, in the order in which they are asked.</summary>
internal sealed record FaultList(string Object, IReadOnlyList<FaultRule> Data);
