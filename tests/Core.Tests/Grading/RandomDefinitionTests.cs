using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuning.Core.Datasets;
using FineTuning.Core.Grading;
using FineTuning.Core.Grading.Linting;
using Xunit;

namespace FineTuning.Core.Tests.Grading;

/// <summary>Definitions with parts replaced at random: each is refused with a place, or grades whatever
/// comes.</summary>
public sealed class RandomDefinitionTests
{
    private static readonly string[] s_valid =
    [
        """{"type":"string_check","name":"c","input":"{{ sample.output_json.a[0] }}","reference":"{{item.a}}","operation":"ilike"}""",
        """{"type":"text_similarity","name":"t","input":"{{sample.output_text}}","reference":"{{item['a']}}","evaluation_metric":"rouge_l"}""",
        """{"type":"score_model","name":"s","model":"judge","input":[{"role":"user","content":[{"type":"input_text","text":"x"}]}],"range":[0,2]}""",
        """{"type":"label_model","name":"l","model":"judge","input":[{"role":"user","content":"x"}],"labels":["1","2"],"passing_labels":["1"]}""",
        """{"type":"multi","name":"m","graders":{"a":{"type":"string_check","name":"c","input":"a","reference":"b","operation":"ne"}},"calculate_output":"a^2"}""",
    ];

    private static readonly string[] s_texts =
    [
        "",
        " ",
        "{{",
        "}}",
        "{{}}",
        "{{ item.a }}",
        "{{ item.a }",
        "{{ sample.output_json }}",
        "{{sample.choices[9]}}",
        "{{item[a]}}",
        "a+",
        "a/0",
        "a % a",
        "min(a,",
        "(((",
        "type",
        "multi",
        "python",
        "judge",
        "cosine",
        "bleu",
        "meteor",
        "eq",
        "\u0000",
        "é😀",
        "1e308*10",
        "_",
        "-a^-a",
        "log(a)",
    ];

    private static readonly string[] s_samples =
    [
        "",
        "x",
        "[1]",
        "{\"a\":[\"b\"]}",
        "half \ud83d",
        "null",
        new string('[', 300),
        "a b c d e",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Nothing_but_a_refusal_or_a_result_comes_out(int seed)
    {
        Random random = new(seed);
        GraderServices services = new() { Model = new TestModel("1"), Python = new TestPython() };
        int taken = 0,
            refused = 0;
        for (int round = 0; round < 2000; round++)
        {
            JsonNode definition = JsonNode.Parse(s_valid[random.Next(s_valid.Length)])!;
            for (int changes = random.Next(3); changes > 0; changes--)
            {
                Change(definition, random);
            }

            string json = definition.ToJsonString();
            try
            {
                var grader = LocalGrader.Create(JsonElement.Parse(json), services);
                GradeResult result = await grader.GradeAsync(
                    s_samples[random.Next(s_samples.Length)],
                    JsonElement.Parse("""{"a":["b",{"c":null}]}""")
                );
                Assert.True(double.IsFinite(result.Reward), json);
                Assert.True(
                    !result.Errors.Any || (result.Errors.Message is { Length: > 0 } && result.Reward == 0),
                    json
                );
                taken++;
            }
            catch (GraderException e)
            {
                Assert.StartsWith("$", e.JsonPath, StringComparison.Ordinal);
                Assert.NotEmpty(e.Fix);
                refused++;
            }
        }

        Assert.InRange(taken, 500, 1900);
        Assert.InRange(refused, 100, 1500);
    }

    /// <summary>
    /// The two readings of one definition say the same: what the linter passes can be used wherever the services for it
    /// are, and it finds what use would be refused for. What is unknown it only warns of, since a service may know it.
    /// </summary>
    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void The_linter_passes_what_can_be_used_and_nothing_else(int seed)
    {
        Random random = new(seed);
        GraderServices services = new() { Model = new AnyModel(), Python = new TestPython() };
        var item = JsonElement.Parse("""{"a":["b",{"c":null}],"\ud800":1}""");
        int passed = 0,
            failed = 0;
        for (int round = 0; round < 3000; round++)
        {
            JsonNode definition = JsonNode.Parse(s_valid[random.Next(s_valid.Length)])!;
            for (int changes = random.Next(4); changes > 0; changes--)
            {
                Change(definition, random);
            }

            var json = JsonElement.Parse(definition.ToJsonString());
            GraderProblem? found = GraderLinter
                .Check(json)
                .FirstOrDefault(problem =>
                    problem.Severity == ProblemSeverity.Error || problem.Code is "FT2003" or "FT2006"
                );
            GraderProblem? error = found is null ? null : found with { Severity = ProblemSeverity.Error };
            GraderException? refusal = null;
            try
            {
                LocalGrader.Create(json, services);
            }
            catch (GraderException e)
            {
                refusal = e;
            }

            // What this machine cannot do is no error of the definition, and a script is judged when it runs.
            if (refusal?.Problem.Code != "FT2099" && error?.Code != "FT2041")
            {
                Assert.True(error == refusal?.Problem, $"{json}: {error} or {refusal?.Problem}");
            }

            Assert.NotNull(GraderLinter.Check(json, item));
            (passed, failed) = error is null ? (passed + 1, failed) : (passed, failed + 1);
        }

        Assert.InRange(passed, 500, 2500);
        Assert.InRange(failed, 500, 2500);
    }

    private static void Change(JsonNode root, Random random)
    {
        List<JsonNode> all = [];
        Collect(root, all);
        JsonNode[] parents = [.. all.Where(node => node is JsonObject { Count: > 0 } or JsonArray { Count: > 0 })];
        if (parents.Length == 0)
        {
            return;
        }

        JsonNode parent = parents[random.Next(parents.Length)];
        if (parent is JsonArray list)
        {
            list[random.Next(list.Count)] = Value(random);
        }
        else
        {
            JsonObject part = parent.AsObject();
            string name = part.ElementAt(random.Next(part.Count)).Key;
            part[random.Next(8) == 0 ? s_texts[random.Next(s_texts.Length)] : name] = Value(random);
        }
    }

    private static void Collect(JsonNode? node, List<JsonNode> all)
    {
        if (node is null)
        {
            return;
        }

        all.Add(node);
        foreach (
            JsonNode? child in node is JsonObject part
                ? part.Select(property => property.Value)
                : node as JsonArray ?? []
        )
        {
            Collect(child, all);
        }
    }

    private static JsonNode? Value(Random random) =>
        random.Next(12) switch
        {
            0 => null,
            1 => random.Next(-2, 5),
            2 => 1e300,
            3 => true,
            4 => new JsonArray(),
            5 => new JsonObject(),
            6 => new JsonArray(1, "a", null),
            7 => JsonNode.Parse(s_valid[random.Next(s_valid.Length)]),
            _ => s_texts[random.Next(s_texts.Length)],
        };
}
