using System.Text.Json;
using FineTuning.Core.FineTunedModels;
using FineTuning.Core.Wire;
using Xunit;

namespace FineTuning.Core.Tests.FineTunedModels;

public sealed class KnownModelTests
{
    [Fact]
    public void The_day_of_retirement_is_the_day_that_the_service_names()
    {
        KnownModel model = Make(
            """{"id":"ft:gpt-4o-mini:acme::x","object":"model","created":1700000000,"owned_by":"acme","shutdown_date":"2027-01-06"}"""
        );
        Assert.Equal(new DateTime(2027, 1, 6), model.RetiresAt!.Value.LocalDateTime);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1700000000), model.CreatedAt);
        Assert.True(model.IsOurs);
        Assert.Null(model.JobId);
    }

    [Fact]
    public void Azure_tells_base_job_and_end_in_fields_of_its_own()
    {
        KnownModel model = Make(
            """
            {"id":"my-own-name","object":"model","created_at":1700000000,"model":"gpt-35-turbo-0613","fine_tune":"ftjob-1",
             "deprecation":{"inference":1800000000},"capabilities":{"inference":true}}
            """
        );
        Assert.Equal(("gpt-35-turbo-0613", "ftjob-1", true), (model.Base, model.JobId, model.IsOurs));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1700000000), model.CreatedAt);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1800000000), model.RetiresAt);
    }

    [Fact]
    public void A_base_model_is_not_ours()
    {
        KnownModel model = Make(
            """{"id":"gpt-4o-mini","object":"model","created":1700000000,"owned_by":"system","shutdown_date":null}"""
        );
        Assert.Equal((false, null, null, null), (model.IsOurs, model.Base, model.JobId, model.RetiresAt));
    }

    [Fact]
    public void A_job_that_names_a_model_makes_it_ours()
    {
        KnownModel model = Make("""{"id":"my-own-name"}""", "ftjob-2", "llama");
        Assert.Equal((true, "llama", "ftjob-2"), (model.IsOurs, model.Base, model.JobId));
        Assert.Null(model.CreatedAt);
    }

    [Theory]
    [InlineData("""{"inference":"soon"}""")]
    [InlineData("""{"inference":-1}""")]
    [InlineData("""{"inference":1e300}""")]
    [InlineData("""{"fine_tune":1800000000}""")]
    [InlineData("""[]""")]
    [InlineData("""null""")]
    public void A_retirement_that_cannot_be_read_is_not_known(string deprecation) =>
        Assert.Null(Make($$"""{"id":"m","deprecation":{{deprecation}},"fine_tune":7}""").RetiresAt);

    private static KnownModel Make(string json, string? jobId = null, string? jobBase = null) =>
        KnownModel.Make(JsonSerializer.Deserialize(json, WireContext.Default.ModelResource)!, jobId, jobBase);
}
