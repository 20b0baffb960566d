using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace FineTuning.Server.Dialects;

/// <summary>Bodies that were respelled as trees.</summary>
[JsonSerializable(typeof(JsonNode))]
internal sealed partial class AzureJson : JsonSerializerContext;
