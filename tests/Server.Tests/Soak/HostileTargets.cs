namespace FineTuning.Server.Tests.Soak;

/// <summary>What requests are made of: every path and body of the API, and words that have broken servers.</summary>
/// <param name="Known">Ids that exist, by the word that stands for them.</param>
internal sealed record HostileTargets(IReadOnlyDictionary<string, string> Known)
{
    public static readonly string[] Methods =
    [
        "GET",
        "POST",
        "DELETE",
        "PUT",
        "PATCH",
        "HEAD",
        "OPTIONS",
        "TRACE",
        "QUERY",
        "get",
        "X",
    ];

    public static readonly (string Method, string Path)[] Paths =
    [
        ("GET", "/v1/files"),
        ("GET", "/v1/files/FILE"),
        ("GET", "/v1/files/FILE/content"),
        ("DELETE", "/v1/files/FILE-not"),
        ("GET", "/v1/fine_tuning/jobs"),
        ("GET", "/v1/fine_tuning/jobs/JOB"),
        ("GET", "/v1/fine_tuning/jobs/JOB/events"),
        ("GET", "/v1/fine_tuning/jobs/JOB/checkpoints"),
        ("POST", "/v1/fine_tuning/jobs/JOB/cancel"),
        ("POST", "/v1/fine_tuning/jobs/JOB/pause"),
        ("POST", "/v1/fine_tuning/jobs/JOB/resume"),
        ("GET", "/v1/fine_tuning/checkpoints/MODEL/permissions"),
        ("DELETE", "/v1/fine_tuning/checkpoints/MODEL/permissions/cp_x"),
        ("GET", "/v1/models"),
        ("GET", "/v1/models/MODEL"),
        ("DELETE", "/v1/models/MODEL-not"),
        ("POST", "/v1/uploads/UPLOAD/cancel"),
        ("GET", "/_server/health"),
        ("GET", "/_server/requests"),
        ("GET", "/_server/faults"),
        ("POST", "/_server/stop"),
        ("GET", "/"),
        ("GET", "/v1"),
        ("GET", "/v1/"),
        ("GET", "/v1//files"),
        ("GET", "/v1/files/../files"),
        ("GET", "/v1/files/%2e%2e/%2e%2e/server.db"),
        ("GET", "/favicon.ico"),
        ("OPTIONS", "*"),
        ("POST", "/v1/chat/completions"),
        ("POST", "/v1/fine_tuning/alpha/graders/run"),
        ("POST", "/v1/fine_tuning/alpha/graders/validate"),
    ];

    public static readonly (string Path, string Body)[] Bodies =
    [
        (
            "/v1/fine_tuning/jobs",
            """
            {"model":"gpt-4o-mini","training_file":"FILE","validation_file":"FILE","suffix":"s","seed":1,"metadata":{"a":"b"},
             "integrations":[{"type":"wandb","wandb":{"project":"p","name":null,"entity":null,"tags":["t"]}}],
             "method":{"type":"supervised","supervised":{"hyperparameters":{"n_epochs":1,"batch_size":4,"learning_rate_multiplier":1.5}}}}
            """
        ),
        (
            "/v1/fine_tuning/jobs",
            """{"model":"gpt-4o-mini","training_file":"FILE","hyperparameters":{"n_epochs":"auto","batch_size":"auto"}}"""
        ),
        (
            "/v1/fine_tuning/jobs",
            """
            {"model":"gpt-4o-mini","training_file":"FILE","method":{"type":"dpo","dpo":{"hyperparameters":{"beta":0.1,"n_epochs":1}}}}
            """
        ),
        (
            "/v1/fine_tuning/jobs",
            """
            {"model":"gpt-4o-mini","training_file":"FILE","method":{"type":"reinforcement","reinforcement":{
             "grader":{"type":"string_check","name":"g","operation":"eq","input":"{{sample.output_text}}","reference":"{{item.answer}}"},
             "hyperparameters":{"n_epochs":1,"eval_interval":1,"eval_samples":1,"reasoning_effort":"low","compute_multiplier":1}}}}
            """
        ),
        (
            "/v1/chat/completions",
            """
            {"model":"MODEL","messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"say 1"}]}],
             "temperature":0,"top_p":1,"n":1,"max_tokens":20,"stop":["x"],"seed":1,"stream":false,"user":"u"}
            """
        ),
        (
            "/v1/chat/completions",
            """
            {"model":"MODEL","messages":[{"role":"user","content":"say 2"}],"stream":true,"stream_options":{"include_usage":true},"max_completion_tokens":9}
            """
        ),
        (
            "/v1/fine_tuning/alpha/graders/run",
            """
            {"grader":{"type":"multi","name":"m","graders":{"a":{"type":"text_similarity","name":"a","input":"{{ sample.output_text }}",
             "reference":"{{ item.answer.deep }}","evaluation_metric":"bleu"},"b":{"type":"string_check","name":"b","operation":"ilike",
             "input":"{{sample.output_json.x}}","reference":"y"}},"calculate_output":"(a + 2 * b) / max(1, a)"},
             "model_sample":"{\"x\":\"y\"}","item":{"answer":{"deep":"z"}}}
            """
        ),
        (
            "/v1/fine_tuning/alpha/graders/validate",
            """
            {"grader":{"type":"score_model","name":"s","model":"MODEL","input":[{"role":"user","content":"{{item.a}}"}],"range":[0,1],
             "sampling_params":{"temperature":0,"max_completions_tokens":10,"seed":1}}}
            """
        ),
        (
            "/v1/fine_tuning/alpha/graders/run",
            """
            {"grader":{"type":"python","name":"p","source":"def grade(sample, item):\n  return 1"},"model_sample":"x","item":{}}
            """
        ),
        (
            "/v1/uploads",
            """
            {"filename":"a.jsonl","purpose":"fine-tune","bytes":10,"mime_type":"text/jsonl","expires_after":{"anchor":"created_at","seconds":3600}}
            """
        ),
        (
            "/v1/uploads/UPLOAD/complete",
            """{"part_ids":["part_a","part_b"],"md5":"d41d8cd98f00b204e9800998ecf8427e"}"""
        ),
        ("/v1/fine_tuning/checkpoints/MODEL/permissions", """{"project_ids":["proj_a","proj_b"]}"""),
        ("/_server/faults", """{"operation":"CreateJob","status":503,"count":1}"""),
    ];

    public static readonly string[] Parameters =
    [
        "limit",
        "after",
        "before",
        "order",
        "purpose",
        "metadata",
        "metadata[a]",
        "metadata[",
        "metadata[]",
        "metadata[a][b]",
        "project_id",
        "%ff",
        "",
        "key",
        "limit[]",
    ];

    public static readonly string[] Values =
    [
        "",
        "0",
        "1",
        "-1",
        "100",
        "101",
        "9223372036854775808",
        "1e3",
        "0x10",
        "NaN",
        "%D9%A3",
        "+5",
        " 5",
        "null",
        "asc",
        "desc",
        "ascending",
        "true",
        "3600",
        "2592001",
    ];

    /// <summary>As they stand in a request line; each is one that HTTP lets through.</summary>
    public static readonly string[] Texts =
    [
        "..",
        "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "%00",
        "%0d%0aX-Injected:%20yes",
        "%ff%fe",
        "%c0%ae%c0%ae",
        "%E2%80%AE",
        "%F0%9F%98%80",
        "%ED%A0%80",
        "a%2Fb",
        "%5c..%5c",
        "CON",
        "%27%20OR%201=1--",
        "%25s%25n",
        "{{item}}",
        "file-",
        "ftjob-",
        new string('a', 8000),
        "%",
        "%zz",
        "~",
        "a;b",
        "a+b",
        ":ckpt-step-1",
        "%20",
        "<script>",
        "null",
        "-0",
        "%7B%22a%22:1%7D",
    ];

    public static readonly string[] Authorizations =
    [
        "",
        "Authorization: Bearer \r\n",
        "Authorization: bearer x\r\n",
        "Authorization: Basic eDp5\r\n",
        "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n",
        "api-key: k\r\n",
        "Authorization: Bearer sk-test\r\n",
        "Authorization: \x01\r\n".Replace('\x01', '\xff'),
        "Authorization: Bearer " + new string('k', 9000) + "\r\n",
    ];

    public static readonly string[] Headers =
    [
        "Range: bytes=0-\r\n",
        "Range: bytes=5-1\r\n",
        "Range: bytes=-99999999999999999999\r\n",
        "Range: bytes=0-0,2-3,1-\r\n",
        "If-None-Match: *\r\n",
        "If-Modified-Since: yesterday\r\n",
        "If-Range: \"x\"\r\n",
        "Origin: https://example.com\r\n",
        "Origin: null\r\n",
        "Accept: text/html\r\n",
        "Accept-Encoding: br;q=x\r\n",
        "X-Control-Token: x\r\n",
        "Content-Encoding: gzip\r\n",
        "X-HTTP-Method-Override: DELETE\r\n",
        "Cookie: a=b; c\r\n",
        "Idempotency-Key: " + new string('i', 4000) + "\r\n",
        "Upgrade: websocket\r\n",
        "X-Forwarded-For: ::1\r\n",
        "X-Latin: \xe9\xff\r\n",
        "X-Empty:\r\n",
        "OpenAI-Project: \xf0\x9f\x98\x80\r\n",
        "Accept-Charset: utf-7\r\n",
        "TE: trailers\r\n",
    ];

    public static readonly string[] ContentTypes =
    [
        "",
        "text/html",
        "application/json; charset=utf-16",
        "application/json; charset=nonsense",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "application/x-www-form-urlencoded",
        "*/*",
        ";;;",
        "application/octet-stream",
    ];

    public static readonly string[] Dispositions =
    [
        "",
        "Content-Disposition:",
        "Content-Disposition: attachment; name=file",
        "Content-Disposition: form-data",
        "Content-Disposition: form-data; name=file; filename=",
        "Content-Disposition: form-data; name=file; filename=../../x",
        "Content-Disposition: form-data; name=file; filename*=UTF-8''%00%ff",
        "Content-Disposition: form-data; name=file; filename*=x'",
        "X: y",
        "Content-Disposition: form-data; name=\"file\"; filename=\"a\r\nB: c\"",
        new string('H', 20_000),
    ];

    public static readonly string[] Malformed =
    [
        "\r\n\r\n",
        "GET\r\n\r\n",
        "GET /v1/files\r\n\r\n",
        "GET /v1/files HTTP/9.9\r\n\r\n",
        "GET http:// HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /v1/files HTTP/1.1\r\n\r\n",
        "GET /v1/files HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /v1/files HTTP/1.1\r\nHost: 127.0.0.1\r\nbad header\r\n\r\n",
        "GET /v1/files HTTP/1.1\r\nHost: evil.example\r\nAuthorization: Bearer x\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        "POST /v1/fine_tuning/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer x\r\nContent-Length: "
            + "99999999999999999999\r\n\r\n{}",
        "POST /v1/fine_tuning/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer x\r\nContent-Length: "
            + "-1\r\n\r\n{}",
        "POST /v1/files HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer x\r\nTransfer-Encoding: "
            + "chunked\r\n\r\nzz\r\nnot a chunk\r\n",
        "POST /v1/files HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer x\r\nTransfer-Encoding: "
            + "chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        "POST /v1/files HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer x\r\nExpect: "
            + "100-continue\r\nContent-Length: 10\r\n\r\n",
        "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer x\r\nTransfer-Encoding: "
            + "gzip\r\n\r\n{}",
        "GET /v1/" + new string('x', 70_000) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        "GET /v1/files HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + new string('x', 40_000) + "\r\n\r\n",
        "GET /v1/files HTTP/1.1\r\nHost: 127.0.0.1\r\n" + "A: b\r\n\tfolded\r\n\r\n",
        "GET /v1/files\0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    ];
}
