using System.Text;
using FineTuning.Core.Datasets;
using FineTuning.Core.Datasets.Converting;
using FineTuning.Core.Datasets.Converting.Sources;
using Xunit;

namespace FineTuning.Core.Tests.Datasets.Converting;

public sealed class SourceFileTests : IDisposable
{
    private const string Hello =
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}]}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("ft-source").FullName;

    public static TheoryData<SourceFormat, string, string> Good { get; } =
        new()
        {
            {
                SourceFormat.ShareGpt,
                """{"conversations":[{"from":"human","value":"Hi"},{"from":"gpt","value":"Hello"}]}""",
                Hello
            },
            {
                SourceFormat.ShareGpt,
                """{"id":7, "conversations":[{"role":"user","content":"Hi"}, {"role":"assistant","content":"Hello","refusal":null}]}""",
                Hello
            },
            {
                SourceFormat.ShareGpt,
                """{"system":"Be kind","conversations":[{"from":"human","value":"H\u00e9 \ud83d\ude00"},{"from":"gpt","value":"Hello"}]}""",
                """{"messages":[{"role":"system","content":"Be kind"},{"role":"user","content":"H\u00e9 \ud83d\ude00"},{"role":"assistant","content":"Hello"}]}"""
            },
            {
                SourceFormat.ShareGpt,
                """{"conversations":[{"from":"human","value":"Price?"},{"from":"function_call","value":"{\"name\": \"price\", \"arguments\": {\"part\": 7}}"},{"from":"observation","value":"12"},{"from":"gpt","value":"It is 12."}],"tools":"[{\"name\": \"price\", \"description\": \"d\", \"parameters\": {\"type\": \"object\", \"properties\": {}}}]"}""",
                """{"messages":[{"role":"user","content":"Price?"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"price","arguments":"{\"part\":7}"}}]},{"role":"tool","content":"12","tool_call_id":"call_1"},{"role":"assistant","content":"It is 12."}],"tools":[{"type":"function","function":{"name":"price","description":"d","parameters":{"type":"object","properties":{}}}}]}"""
            },
            {
                SourceFormat.ShareGpt,
                """{"conversations":[{"from":"human","value":"Price?"},{"from":"gpt","value":"<tool_call>\n{\"name\": \"price\", \"arguments\": {}}\n</tool_call>"},{"from":"tool","value":"<tool_response>\n12\n</tool_response>"},{"from":"gpt","value":"12."}],"tools":[{"type":"function","function":{"name":"price","parameters":{"type":"object","properties":{}}}}]}""",
                """{"messages":[{"role":"user","content":"Price?"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"price","arguments":"{}"}}]},{"role":"tool","content":"12","tool_call_id":"call_1"},{"role":"assistant","content":"12."}],"tools":[{"type":"function","function":{"name":"price","parameters":{"type":"object","properties":{}}}}]}"""
            },
            {
                SourceFormat.ShareGpt,
                """{"conversations":[{"from":"human","value":"<image>What is it?"},{"from":"gpt","value":"A cat"}],"images":["https://example.com/a.png"]}""",
                """{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://example.com/a.png"}},{"type":"text","text":"What is it?"}]},{"role":"assistant","content":"A cat"}]}"""
            },
            { SourceFormat.Alpaca, """{"instruction":"Hi","input":"","output":"Hello"}""", Hello },
            {
                SourceFormat.Alpaca,
                """{"instruction":"Add","input":"1+1","output":"2","history":[["a","b"]],"system":"S"}""",
                """{"messages":[{"role":"system","content":"S"},{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"Add\n\n1+1"},{"role":"assistant","content":"2"}]}"""
            },
            { SourceFormat.Completion, """{"prompt":"Hi","completion":"Hello"}""", Hello },
            {
                SourceFormat.Completion,
                """{"prompt":[{"role":"user","content":"Hi"}],"completion":[{"role":"assistant","content":"Hello"}]}""",
                Hello
            },
            {
                SourceFormat.Text,
                """{"text":"<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n"}""",
                Hello
            },
            { SourceFormat.Text, """{"text":"<s>[INST] Hi [/INST] Hello </s>"}""", Hello },
            {
                SourceFormat.Text,
                """{"text":"<s>[INST] <<SYS>>\nBe kind\n<</SYS>>\n\nHi [/INST] Hello </s><s>[INST] a [/INST] b </s>"}""",
                """{"messages":[{"role":"system","content":"Be kind"},{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"},{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}"""
            },
            {
                SourceFormat.Text,
                """{"text":"### Human: Hi ### not a mark\n### Assistant: Hello"}""",
                """{"messages":[{"role":"user","content":"Hi ### not a mark"},{"role":"assistant","content":"Hello"}]}"""
            },
            {
                SourceFormat.Text,
                """{"text":"Below.\n\n### Instruction:\nAdd\n\n### Input:\n1+1\n\n### Response:\n2"}""",
                """{"messages":[{"role":"system","content":"Below."},{"role":"user","content":"Add\n\n1+1"},{"role":"assistant","content":"2"}]}"""
            },
            {
                SourceFormat.Text,
                """{"text":"<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nHello<|eot_id|>"}""",
                Hello
            },
            {
                SourceFormat.Batch,
                """{"custom_id":"1","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}]}}""",
                Hello
            },
            {
                SourceFormat.JsonText,
                """ "{\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"},\n {\"role\": \"assistant\", \"content\": \"Hello\"}]}" """,
                Hello
            },
            {
                SourceFormat.MessageList,
                """[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}]""",
                Hello
            },
            { SourceFormat.Trl, """{"prompt":"Hi","chosen":"Hello","rejected":"No"}""", Pair("Hello", "No") },
            {
                SourceFormat.Trl,
                """{"prompt":[{"role":"user","content":"Hi"}],"chosen":[{"role":"assistant","content":"Hello"}],"rejected":[{"role":"assistant","content":"No"}]}""",
                Pair("Hello", "No")
            },
            {
                SourceFormat.Trl,
                """{"chosen":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}],"rejected":[{"role":"user","content":"Hi"},{"role":"assistant","content":"No"}]}""",
                Pair("Hello", "No")
            },
            {
                SourceFormat.Trl,
                """{"prompt":"Hi","chosen":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}],"rejected":[{"role":"user","content":"Hi"},{"role":"assistant","content":"No"}]}""",
                Pair("Hello", "No")
            },
            {
                SourceFormat.Trl,
                """{"chosen":"\n\nHuman: Hi\n\nAssistant: Hello","rejected":"\n\nHuman: Hi\n\nAssistant: No"}""",
                Pair("Hello", "No")
            },
            {
                SourceFormat.Trl,
                """{"conversations":[{"from":"human","value":"Hi"}],"chosen":{"from":"gpt","value":"Hello"},"rejected":{"from":"gpt","value":"No"}}""",
                Pair("Hello", "No")
            },
        };

    public static TheoryData<SourceFormat, string, string> Bad { get; } =
        new()
        {
            {
                SourceFormat.ShareGpt,
                """{"conversations":[{"from":"human","value":"Hi"},{"from":"narrator","value":"x"}]}""",
                "RoleUnknown"
            },
            { SourceFormat.ShareGpt, """{"conversations":[{"from":"human","value":"Hi"}]}""", "ExampleRefused" },
            { SourceFormat.ShareGpt, """{"conversations":[]}""", "ExampleRefused" },
            { SourceFormat.ShareGpt, """{"conversations":[{"from":"observation","value":"1"}]}""", "ToolResultAlone" },
            {
                SourceFormat.ShareGpt,
                """{"conversations":[{"from":"function_call","value":"price()"}]}""",
                "ValueNotJson"
            },
            { SourceFormat.ShareGpt, """{"conversations":[{"from":"function_call","value":"{}"}]}""", "CallUnnamed" },
            {
                SourceFormat.ShareGpt,
                """{"conversations":[{"from":"human","value":"<image>"},{"from":"gpt","value":"x"}],"images":["../../etc/passwd"]}""",
                "ImageMissing"
            },
            { SourceFormat.ShareGpt, """{"instruction":"a","output":"b"}""", "ShapeUnknown" },
            { SourceFormat.ShareGpt, """{"conversations":[""", "RowNotRead" },
            { SourceFormat.Alpaca, """{"instruction":"a"}""", "ShapeUnknown" },
            { SourceFormat.Completion, """{"prompt":"a"}""", "ShapeUnknown" },
            { SourceFormat.Text, """{"text":"It was a dark and stormy night."}""", "TextPlain" },
            { SourceFormat.Batch, """{"body":{"messages":[{"role":"user","content":"Hi"}]}}""", "NoAnswer" },
            { SourceFormat.JsonText, "\"no JSON\"", "ValueNotJson" },
            { SourceFormat.JsonText, "7", "ShapeUnknown" },
            { SourceFormat.Trl, """{"chosen":"a","rejected":"b"}""", "PromptMissing" },
            { SourceFormat.Trl, """{"prompt":"a","chosen":"b"}""", "ShapeUnknown" },
            { SourceFormat.Trl, """{"prompt":"a","chosen":[],"rejected":"b"}""", "AnswerNotOne" },
        };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Good))]
    public async Task A_row_becomes_an_example(SourceFormat from, string row, string expected)
    {
        (List<string> examples, List<RowProblem> problems) = await Convert(from, row + "\n");

        Assert.Empty(problems);
        Assert.Equal(expected, Assert.Single(examples));
        Assert.Equal(from, SourceFile.Recognise(Write(row)).Format);
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_row_that_cannot_be_converted_is_told_and_the_next_one_comes(
        SourceFormat from,
        string row,
        string id
    )
    {
        string good = Good.First(data => (SourceFormat)data[0] == from)[1].ToString()!;
        (List<string> examples, List<RowProblem> problems) = await Convert(from, $"{good}\n\n{row}\n{good}\n");

        Assert.Equal(2, examples.Count);
        RowProblem problem = Assert.Single(problems);
        Assert.Equal((3, id), (problem.Row, problem.Id));
        Assert.StartsWith("Row 3 ", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}""")]
    [InlineData("""{"a":1}""")]
    [InlineData("")]
    [InlineData("""{"input":{"messages":[]},"preferred_output":[],"non_preferred_output":[]}""")]
    public void A_file_of_no_known_format_is_told(string row)
    {
        (SourceFormat? format, string? reason) = SourceFile.Recognise(Write(row));

        Assert.Null(format);
        Assert.NotNull(reason);
    }

    [Fact]
    public async Task An_array_gives_the_same_as_lines_also_over_many_blocks()
    {
        string[] rows =
        [
            .. Enumerable
                .Range(0, 20_000)
                .Select(i =>
                    i % 1000 == 7
                        ? """{"conversations":[{"from":"gpt"}]}"""
                        : $$"""{"conversations":[{"from":"human","value":"q \"{{i}}\" [,] {é"},{"from":"gpt","value":"a\\"}]}"""
                ),
        ];
        (List<string> Examples, List<RowProblem> Problems) lines = await Convert(
            SourceFormat.ShareGpt,
            string.Join("\r\n", rows)
        );
        (List<string> Examples, List<RowProblem> Problems) array = await Convert(
            SourceFormat.ShareGpt,
            "\uFEFF[\n  " + string.Join(",\n  ", rows) + "\n]\n"
        );

        Assert.Equal(19_980, lines.Examples.Count);
        Assert.Equal(lines.Examples, array.Examples);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => (i * 1000L) + 8), lines.Problems.Select(p => p.Row));
        Assert.Equal(lines.Problems, array.Problems);
    }

    [Fact]
    public async Task What_was_taken_early_ends_the_reading()
    {
        string path = Write(string.Join('\n', Enumerable.Repeat(Good.First()[1].ToString(), 100_000)));
        await foreach (
            SourceBatch batch in SourceFile.ConvertAsync(path, new SourceOptions { From = SourceFormat.ShareGpt })
        )
        {
            Assert.True(batch.Examples is > 0 and < 100_000);
            break;
        }
    }

    [Fact]
    public async Task An_array_that_does_not_end_is_told() =>
        await Assert.ThrowsAsync<InvalidDataException>(() =>
            Convert(SourceFormat.ShareGpt, "[" + Good.First()[1] + ",\n")
        );

    [Fact]
    public async Task An_image_beside_the_file_becomes_a_data_address()
    {
        byte[] png = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 0];
        await File.WriteAllBytesAsync(Path.Combine(_folder, "a.png"), png);
        (List<string> examples, _) = await Convert(
            SourceFormat.ShareGpt,
            """{"conversations":[{"from":"human","value":"<image>"},{"from":"gpt","value":"x"}],"images":["a.png"]}"""
        );

        Assert.Contains("data:image/png;base64," + System.Convert.ToBase64String(png), Assert.Single(examples));
    }

    private static string Pair(string better, string worse) =>
        $$$"""{"input":{"messages":[{"role":"user","content":"Hi"}]},"preferred_output":[{"role":"assistant","content":"{{{better}}}"}],"non_preferred_output":[{"role":"assistant","content":"{{{worse}}}"}]}""";

    private string Write(string text)
    {
        string path = Path.Combine(_folder, Guid.NewGuid().ToString("N") + ".jsonl");
        File.WriteAllText(path, text, new UTF8Encoding(false));
        return path;
    }

    private async Task<(List<string> Examples, List<RowProblem> Problems)> Convert(SourceFormat from, string text)
    {
        var examples = new List<string>();
        var problems = new List<RowProblem>();
        string path = Write(text);
        await foreach (SourceBatch batch in SourceFile.ConvertAsync(path, new SourceOptions { From = from }))
        {
            examples.AddRange(batch.Texts());
            problems.AddRange(batch.Problems);
        }

        DatasetReport report = await DatasetChecker.CheckFileAsync(
            Write(string.Join('\n', examples)),
            new DatasetCheckOptions { MinimumExamples = 0 }
        );
        Assert.Equal(0, report.Problems.Count(problem => problem.Severity == ProblemSeverity.Error));
        return (examples, problems);
    }
}
