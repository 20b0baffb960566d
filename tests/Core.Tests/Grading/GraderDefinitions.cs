using System.Text.Json;
using FineTuning.Core.Grading;

namespace FineTuning.Core.Tests.Grading;

/// <summary>Graders of the tests, and the item they grade with.</summary>
public abstract class GraderDefinitions
{
    protected const string Item = """
        {"answer":"Paris","n":1.50,"ok":true,"none":null,"list":["x",{"y":"zé"}],"a":{"b":[10,20]},"with space":"w","größe":"g"}
        """;

    protected static LocalGrader Create(object definition, GraderServices? services = null) =>
        LocalGrader.Create(JsonSerializer.SerializeToElement(definition), services);

    protected static LocalGrader Multi(string formula) =>
        Create(
            new
            {
                type = "multi",
                name = "m",
                graders = new
                {
                    exact = new
                    {
                        type = "string_check",
                        name = "e",
                        input = "{{ sample.output_text }}",
                        reference = "{{ item.answer }}",
                        operation = "eq",
                    },
                    near = new
                    {
                        type = "text_similarity",
                        name = "n",
                        input = "{{ sample.output_text }}",
                        reference = "Paris",
                        evaluation_metric = "fuzzy_match",
                    },
                },
                calculate_output = formula,
            }
        );

    private protected static LocalGrader Score(TestModel model) =>
        Create(
            new
            {
                type = "score_model",
                name = "s",
                model = "judge",
                input = new object[]
                {
                    new { role = "system", content = "Judge." },
                    new
                    {
                        role = "user",
                        content = new object[]
                        {
                            "{{ sample.output_text }} or ",
                            new { type = "input_text", text = "{{ item.answer }}?" },
                        },
                    },
                },
                range = new[] { 0, 10 },
                sampling_params = new
                {
                    temperature = 0.5,
                    top_p = 1,
                    seed = 3,
                    max_completions_tokens = 8,
                    reasoning_effort = "low",
                },
            },
            new GraderServices { Model = model }
        );
}
