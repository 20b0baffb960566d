using System.Globalization;

namespace FineTuning.Reliability.Tests.Schedules;

/// <summary>What one life of a job meets, drawn from a seed.</summary>
internal sealed class Schedule
{
    private static readonly string[] s_uploads =
    [
        "CreateFile",
        "CreateUpload",
        "AddUploadPart",
        "CompleteUpload",
        "ListFiles",
        "GetFile",
    ];
    private static readonly string[] s_all =
    [
        .. s_uploads,
        "CreateJob",
        "CreateJob",
        "CreateJob",
        "ListJobs",
        "GetJob",
        "ListEvents",
    ];

    // A redirect and a used-up budget pass too: somebody mends them, and the user repeats the command.
    private static readonly string[] s_faults =
    [
        "drop",
        "drop",
        "drop,after_work",
        "drop,after_work",
        "status=408",
        "status=409",
        "status=429",
        "status=429,retry_after=3",
        "status=429,retry_after_ms=40",
        "status=429,retry_after=600",
        "status=429,code=insufficient_quota,type=insufficient_quota",
        "status=500",
        "status=500,after_work",
        "status=502",
        "status=502,body='<html>bad</html>',after_work",
        "status=503",
        "status=503,retry_after=7",
        "status=503,after_work",
        "status=504",
        "status=504,after_work",
        "status=500,body_size=1000000",
        "status=200,body='<html>sign in</html>'",
        "status=200,body='',after_work",
        "truncate_after=7",
        "truncate_after=200",
        "gzip",
        "content_type=text/html",
        "slow_bytes=400,slow_interval_ms=1",
        "redirect=http://localhost:9/elsewhere",
        "delay_ms=5",
        "delay_ms=5,after_work",
        "delay_ms=60000",
        "delay_ms=60000,after_work",
    ];

    public Schedule(int seed)
    {
        Seed = seed;
        var random = new Random(seed);
        Key = random.Next(2) == 0 ? $"key-{seed}" : null;
        InParts = random.Next(2) == 0;
        FollowsLate = random.Next(4) == 0;
        Steps = FollowsLate || random.Next(5) == 0 ? random.Next(100, 320) : random.Next(4, 30);
        Rules =
        [
            .. Enumerable.Range(0, random.Next(2, 14)).Select(_ => Draw(random)),
            .. FollowsLate ? new[] { BetweenPages(random) } : [],
        ];
        Outages = [.. Enumerable.Range(0, random.Next(3)).Select(_ => (random.Next(1, 40), random.Next(1, 60)))];
        RestartAt = random.Next(4) == 0 ? random.Next(1, 40) : null;
    }

    public int Seed { get; }

    /// <summary>The idempotency key; null for none.</summary>
    public string? Key { get; }

    public bool InParts { get; }

    /// <summary>The following begins when the job has ended: there are several pages of events from the
    /// start.</summary>
    public bool FollowsLate { get; }

    /// <summary>Of the training; each is an event.</summary>
    public int Steps { get; }

    /// <summary>Fault rules for the server. Each hits a number of times at most, so that every trouble
    /// passes.</summary>
    public IReadOnlyList<string> Rules { get; }

    /// <summary>At which delay of any of the clocks nothing listens any more, and for how many of them.</summary>
    public IReadOnlyList<(int At, int For)> Outages { get; }

    /// <summary>At which delay the server is stopped and started again; null for not.</summary>
    public int? RestartAt { get; }

    public override string ToString() =>
        $"seed {Seed}: {(Key is null ? "no key" : "a key")}, {(InParts ? "in parts" : "in one request")}, {Steps} "
        + $"steps{(FollowsLate ? ", followed late" : string.Empty)}, "
        + $"outages [{string.Join(", ", Outages)}], restart "
        + $"{(RestartAt?.ToString(CultureInfo.InvariantCulture) ?? "none")}, rules [{string.Join(" | ", Rules)}]";

    // As many failures as make an outage of one look, behind the first pages of it.
    private static string BetweenPages(Random random) =>
        $"ListEvents:{(random.Next(2) == 0 ? "drop" : "status=503")},"
        + $"skip={random.Next(1, 4)},count={random.Next(4, 9)}";

    private static string Draw(Random random)
    {
        string operation = s_all[random.Next(s_all.Length)],
            fault = s_faults[random.Next(s_faults.Length)];

        // A time-out takes real time.
        int most = fault.Contains("60000", StringComparison.Ordinal) ? 1 : random.Next(1, 9);
        string probability = (random.Next(2, 11) / 10.0).ToString(CultureInfo.InvariantCulture);
        return $"{operation}:{fault},skip={random.Next(4) / 2},count={most},"
            + $"probability={probability},seed={random.Next(1_000_000)}";
    }
}
