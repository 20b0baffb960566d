using FineTuning.Core.Errors;
using FineTuning.Core.Jobs;
using Xunit;

namespace FineTuning.Core.Tests.Errors;

/// <summary>The table of what a kind of error means, against what retries, waits and outages need of it.</summary>
public sealed class ApiErrorKindTests
{
    [Fact]
    public void The_table_tells_of_every_kind() => Assert.Equal(Enum.GetValues<ApiErrorKind>(), ApiErrorKinds.All);

    [Fact]
    public void What_passes_is_retried() =>
        Assert.All(Having(ApiErrorTraits.Transient), kind => Assert.Contains(kind, Having(ApiErrorTraits.Retried)));

    [Fact]
    public void What_was_not_taken_cannot_have_worked() =>
        Assert.Empty(Having(ApiErrorTraits.NotTaken).Intersect(Having(ApiErrorTraits.MayHaveWorked)));

    [Fact]
    public void What_is_retried_was_taken_or_not() =>
        Assert.Equal(Having(ApiErrorTraits.Retried), Having(ApiErrorTraits.NotTaken | ApiErrorTraits.MayHaveWorked));

    [Theory]
    [InlineData(ApiErrorKind.ConnectionFailed, true)]
    [InlineData(ApiErrorKind.ConnectionLost, true)]
    [InlineData(ApiErrorKind.Timeout, true)]
    [InlineData(ApiErrorKind.TlsFailed, true)]
    [InlineData(ApiErrorKind.TokenUnavailable, true)]
    [InlineData(ApiErrorKind.Conflict, true)]
    [InlineData(ApiErrorKind.RateLimited, true)]
    [InlineData(ApiErrorKind.ServerError, true)]
    [InlineData(ApiErrorKind.InvalidResponse, true)]
    [InlineData(ApiErrorKind.Redirected, true)]
    [InlineData(ApiErrorKind.ProxyRefused, false)]
    [InlineData(ApiErrorKind.AuthenticationFailed, false)]
    [InlineData(ApiErrorKind.NotEligible, false)]
    [InlineData(ApiErrorKind.NotFound, false)]
    [InlineData(ApiErrorKind.InvalidRequest, false)]
    [InlineData(ApiErrorKind.QuotaExhausted, false)]
    public void A_wait_outlives_what_is_no_answer(ApiErrorKind kind, bool isOutage) =>
        Assert.Equal(isOutage, OutageDetector.IsOutage(new FineTuningApiException(kind, "x")));

    [Theory]
    [InlineData(null, true)]
    [InlineData(200, true)]
    [InlineData(299, true)]
    [InlineData(300, false)]
    [InlineData(404, false)]
    [InlineData(499, false)]
    [InlineData(500, true)]
    public void An_answer_that_is_none_passes_unless_its_status_refuses(int? status, bool passes)
    {
        var failure = new FineTuningApiException(ApiErrorKind.InvalidResponse, "x") { StatusCode = status };
        Assert.Equal(passes, failure.IsTransient);
        Assert.Equal(passes, failure.Has(ApiErrorTraits.Retried));
        Assert.Equal(passes, OutageDetector.IsOutage(failure));
        Assert.True(failure.MayHaveWorked);
    }

    private static ApiErrorKind[] Having(ApiErrorTraits traits) =>
        [.. ApiErrorKinds.All.Where(kind => (ApiErrorKinds.TraitsOf(kind) & traits) != 0)];
}
