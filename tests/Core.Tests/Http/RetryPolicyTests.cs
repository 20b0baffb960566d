using FineTuning.Core.Errors;
using FineTuning.Core.Http;
using Xunit;

namespace FineTuning.Core.Tests.Http;

/// <summary>What is repeated and when, without a network.</summary>
public sealed class RetryPolicyTests
{
    [Theory]
    [InlineData(ApiErrorKind.ConnectionFailed, null, true, true)]
    [InlineData(ApiErrorKind.ConnectionLost, null, true, false)]
    [InlineData(ApiErrorKind.Timeout, null, true, false)]
    [InlineData(ApiErrorKind.Timeout, 408, true, false)]
    [InlineData(ApiErrorKind.RateLimited, 429, true, true)]
    [InlineData(ApiErrorKind.Conflict, 409, true, true)]
    [InlineData(ApiErrorKind.ServerError, 500, true, false)]
    [InlineData(ApiErrorKind.ServerError, 503, true, false)]
    [InlineData(ApiErrorKind.InvalidResponse, 200, true, false)]
    [InlineData(ApiErrorKind.InvalidResponse, null, true, false)]
    [InlineData(ApiErrorKind.InvalidResponse, 400, false, false)]
    [InlineData(ApiErrorKind.TokenUnavailable, null, true, true)]
    [InlineData(ApiErrorKind.ProxyRefused, 407, false, false)]
    [InlineData(ApiErrorKind.TlsFailed, null, false, false)]
    [InlineData(ApiErrorKind.AuthenticationFailed, 401, false, false)]
    [InlineData(ApiErrorKind.PermissionDenied, 403, false, false)]
    [InlineData(ApiErrorKind.NotEligible, 403, false, false)]
    [InlineData(ApiErrorKind.NotFound, 404, false, false)]
    [InlineData(ApiErrorKind.ModelNotAvailable, 400, false, false)]
    [InlineData(ApiErrorKind.InvalidRequest, 400, false, false)]
    [InlineData(ApiErrorKind.TooLarge, 413, false, false)]
    [InlineData(ApiErrorKind.QuotaExhausted, 429, false, false)]
    [InlineData(ApiErrorKind.Redirected, 302, false, false)]
    public void What_is_worth_repeating(ApiErrorKind kind, int? status, bool repeatable, bool paid)
    {
        var policy = new RetryPolicy(3, () => 0.5);
        var failure = new FineTuningApiException(kind, "m") { StatusCode = status };
        Assert.Equal(repeatable, policy.DelayAfter(failure, 1, Repeatability.Repeatable) is not null);
        Assert.Equal(paid, policy.DelayAfter(failure, 1, Repeatability.OnlyIfNotTaken) is not null);
    }

    [Fact]
    public void Every_kind_is_in_the_table()
    {
        IEnumerable<object?> tested = typeof(RetryPolicyTests)
            .GetMethod(nameof(What_is_worth_repeating))!
            .GetCustomAttributesData()
            .Where(a => a.AttributeType == typeof(InlineDataAttribute))
            .Select(a =>
                ((IEnumerable<System.Reflection.CustomAttributeTypedArgument>)a.ConstructorArguments[0].Value!)
                    .First()
                    .Value
            );
        Assert.Equal(
            Enum.GetValues<ApiErrorKind>().Select(k => (int)k).Order(),
            tested.Select(t => (int)t!).Distinct().Order()
        );
    }

    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(6, 16)]
    [InlineData(7, 20)]
    [InlineData(20, 20)]
    public void The_back_off_doubles_up_to_a_limit_and_is_drawn_from_all_of_it(int attempt, double ceiling)
    {
        var failure = new FineTuningApiException(ApiErrorKind.ServerError, "m");
        foreach (double random in new[] { 0, 0.25, 1 })
        {
            Assert.Equal(
                TimeSpan.FromSeconds(ceiling * random),
                new RetryPolicy(20, () => random).DelayAfter(failure, attempt, Repeatability.Repeatable)
            );
        }
    }

    [Theory]
    [InlineData(0, 1, false)]
    [InlineData(1, 1, true)]
    [InlineData(1, 2, false)]
    [InlineData(3, 3, true)]
    [InlineData(3, 4, false)]
    public void The_count_of_repeats_is_a_limit(int max, int attempt, bool again) =>
        Assert.Equal(
            again,
            new RetryPolicy(max, () => 1).DelayAfter(
                new FineTuningApiException(ApiErrorKind.ServerError, "m"),
                attempt,
                Repeatability.Repeatable
            )
                is not null
        );

    [Theory]
    [InlineData(0, 0.0)]
    [InlineData(7, 7.0)]
    [InlineData(120, 120.0)]
    [InlineData(121, null)]
    public void What_the_service_asks_for_goes_first(int asked, double? expected)
    {
        var failure = new FineTuningApiException(ApiErrorKind.RateLimited, "m")
        {
            RetryAfter = TimeSpan.FromSeconds(asked),
        };
        Assert.Equal(
            expected,
            new RetryPolicy(3, () => 1).DelayAfter(failure, 1, Repeatability.Repeatable)?.TotalSeconds
        );
    }
}
