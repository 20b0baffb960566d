using System.Text.Json.Serialization;

namespace FineTuning.Core.Wire;

/// <summary>How resources are read and written: snake case, and nulls are written as the service writes them.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowReadingFromString,
    Converters = [typeof(UnixTimeConverter), typeof(OptionalUnixTimeConverter)]
)]
[JsonSerializable(typeof(JobResource))]
[JsonSerializable(typeof(EventResource))]
[JsonSerializable(typeof(CheckpointResource))]
[JsonSerializable(typeof(FileResource))]
[JsonSerializable(typeof(ModelResource))]
[JsonSerializable(typeof(PermissionResource))]
[JsonSerializable(typeof(ListResource<JobResource>))]
[JsonSerializable(typeof(ListResource<EventResource>))]
[JsonSerializable(typeof(ListResource<CheckpointResource>))]
[JsonSerializable(typeof(ListResource<FileResource>))]
[JsonSerializable(typeof(ListResource<ModelResource>))]
[JsonSerializable(typeof(ListResource<PermissionResource>))]
[JsonSerializable(typeof(DeletedResource))]
[JsonSerializable(typeof(UploadResource))]
[JsonSerializable(typeof(UploadPartResource))]
[JsonSerializable(typeof(GraderRunResource))]
[JsonSerializable(typeof(GraderValidateResource))]
[JsonSerializable(typeof(ChatResource))]
[JsonSerializable(typeof(ErrorBody))]
public sealed partial class WireContext : JsonSerializerContext;

/// <summary>How requests are written: snake case, and what is null is left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(JobCreateRequest))]
[JsonSerializable(typeof(PermissionCreateRequest))]
[JsonSerializable(typeof(GraderRunRequest))]
[JsonSerializable(typeof(GraderValidateRequest))]
[JsonSerializable(typeof(ChatCreateRequest))]
[JsonSerializable(typeof(UploadCreateRequest))]
[JsonSerializable(typeof(UploadCompleteRequest))]
public sealed partial class RequestContext : JsonSerializerContext;
