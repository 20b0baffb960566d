using Xunit;

namespace FineTuning.Server.Tests.Requests;

/// <summary>Every refusal of a new job: the field it names, its code and a piece of its message.</summary>
public static class JobRefusals
{
    private const string Long65 = "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggg";

    public static TheoryData<string, string?, string?, string> All =>
        new()
        {
            // fields (FILE is a good training file), param, code, part of the message
            { """{"training_file":"FILE"}""", "model", "missing_required_parameter", "'model'" },
            { """{"model":"gpt-4o-mini"}""", "training_file", "missing_required_parameter", "'training_file'" },
            { """{"model":null,"training_file":"FILE"}""", "model", "missing_required_parameter", "'model'" },
            {
                """{"model":7,"training_file":"FILE"}""",
                "model",
                "invalid_type",
                "expected a string, but got an integer"
            },
            {
                """{"model":"gpt-nonexistent","training_file":"FILE"}""",
                null,
                "model_not_available",
                "Model gpt-nonexistent is not available for fine-tuning or does not exist."
            },
            {
                """{"model":"ft:gpt-4o-mini:local::12345678","training_file":"FILE"}""",
                null,
                "model_not_available",
                "does not exist"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"file-x"}""",
                "training_file",
                null,
                "File 'file-x' does not exist"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"train.jsonl"}""",
                "training_file",
                null,
                "invalid training_file: Invalid File Name"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","validation_file":"file-y"}""",
                "validation_file",
                null,
                "File 'file-y' does not exist"
            },
            { """{"model":"gpt-4o-mini","training_file":"OTHER"}""", "training_file", null, "user_data" },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","validation_file":"OTHER"}""",
                "validation_file",
                null,
                "must have the purpose 'fine-tune'"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","suffix":""}""",
                "suffix",
                "empty_string",
                "minimum length 1"
            },
            {
                $$"""{"model":"gpt-4o-mini","training_file":"FILE","suffix":"{{Long65}}"}""",
                "suffix",
                "string_above_max_length",
                "maximum length 64"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","suffix":"a:b"}""",
                "suffix",
                "invalid_value",
                "letters"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","suffix":"a/b"}""",
                "suffix",
                "invalid_value",
                "letters"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","seed":-1}""",
                "seed",
                "integer_below_min_value",
                ">= 0"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","seed":2147483648}""",
                "seed",
                "integer_above_max_value",
                "<= 2147483647"
            },
            { """{"model":"gpt-4o-mini","training_file":"FILE","seed":1.5}""", "seed", "invalid_type", "an integer" },
            { """{"model":"gpt-4o-mini","training_file":"FILE","seed":"7"}""", "seed", "invalid_type", "got a string" },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","hyperparameters":{"n_epochs":0}}""",
                "hyperparameters.n_epochs",
                "integer_below_min_value",
                ">= 1"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","hyperparameters":{"n_epochs":51}}""",
                "hyperparameters.n_epochs",
                "integer_above_max_value",
                "<= 50"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","hyperparameters":{"n_epochs":"many"}}""",
                "hyperparameters.n_epochs",
                "invalid_type",
                "'auto'"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","hyperparameters":{"batch_size":257}}""",
                "hyperparameters.batch_size",
                "integer_above_max_value",
                "<= 256"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","hyperparameters":{"batch_size":1e400}}""",
                "hyperparameters.batch_size",
                null,
                "hyperparameters.batch_size"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","hyperparameters":{"learning_rate_multiplier":0}}""",
                "hyperparameters.learning_rate_multiplier",
                "decimal_below_min_value",
                "> 0"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","hyperparameters":{"learning_rate_multiplier":"fast"}}""",
                "hyperparameters.learning_rate_multiplier",
                "invalid_type",
                "'auto'"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","hyperparameters":{"epochs":3}}""",
                "hyperparameters.epochs",
                "unknown_parameter",
                "hyperparameters.epochs"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","hyperparameters":[]}""",
                "hyperparameters",
                "invalid_type",
                "an object"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","n_epochs":3}""",
                "n_epochs",
                "unknown_parameter",
                "Unknown parameter: 'n_epochs'"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","method":{}}""",
                "method.type",
                "missing_required_parameter",
                "method.type"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","method":{"type":"magic"}}""",
                "method.type",
                "invalid_value",
                "'supervised', 'dpo', and 'reinforcement'"
            },
            {
                """{"model":"babbage-002","training_file":"FILE","method":{"type":"dpo"}}""",
                "method.type",
                "unsupported_method",
                "'dpo' is not available for the model 'babbage-002'"
            },
            {
                """{"model":"davinci-002","training_file":"FILE","method":{"type":"reinforcement","reinforcement":{"grader":{"type":"string_check","name":"g","input":"a","reference":"b","operation":"eq"}}}}""",
                "method.type",
                "unsupported_method",
                "davinci-002"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","method":{"type":"dpo","dpo":{"hyperparameters":{"beta":0}}}}""",
                "method.dpo.hyperparameters.beta",
                "decimal_below_min_value",
                "> 0"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","method":{"type":"dpo","dpo":{"hyperparameters":{"beta":2.5}}}}""",
                "method.dpo.hyperparameters.beta",
                "decimal_above_max_value",
                "<= 2"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","method":{"type":"dpo","dpo":{"hyperparameters":{"beta":"strong"}}}}""",
                "method.dpo.hyperparameters.beta",
                "invalid_type",
                "'auto'"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","method":{"type":"dpo","dpo":{"hyperparameters":{"eval_samples":1}}}}""",
                "method.dpo.hyperparameters.eval_samples",
                "unknown_parameter",
                "eval_samples"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","method":{"type":"dpo","dpo":{"grader":{"type":"string_check","name":"g","input":"a","reference":"b","operation":"eq"}}}}""",
                "method.dpo.grader",
                "unknown_parameter",
                "grader"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","method":{"type":"supervised","supervised":{"hyperparameters":{"beta":1}}}}""",
                "method.supervised.hyperparameters.beta",
                "unknown_parameter",
                "beta"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","method":{"type":"reinforcement"}}""",
                "method.reinforcement.grader",
                "missing_required_parameter",
                "grader"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","method":{"type":"reinforcement","reinforcement":{}}}""",
                "method.reinforcement.grader",
                "missing_required_parameter",
                "grader"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","method":{"type":"reinforcement","reinforcement":{"grader":"strict"}}}""",
                "method.reinforcement.grader",
                "invalid_type",
                "an object"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","method":{"type":"reinforcement","reinforcement":{"grader":{"type":"string_check","name":"g","input":"a","reference":"b","operation":"is"}}}}""",
                "method.reinforcement.grader.operation",
                "invalid_grader",
                "operation"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","method":{"type":"reinforcement","reinforcement":{"grader":{"type":"multi","name":"m","calculate_output":"a","graders":{"a":{"type":"string_check","name":"g","input":"a","operation":"eq"}}}}}}""",
                "method.reinforcement.grader.graders.a.reference",
                "invalid_grader",
                "reference"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","method":{"type":"reinforcement","reinforcement":{"grader":{"type":"string_check","name":"g","input":"a","reference":"b","operation":"eq"},"hyperparameters":{"compute_multiplier":0.00001}}}}""",
                "method.reinforcement.hyperparameters.compute_multiplier",
                "decimal_below_min_value",
                "> 1E-05"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","method":{"type":"reinforcement","reinforcement":{"grader":{"type":"string_check","name":"g","input":"a","reference":"b","operation":"eq"},"hyperparameters":{"compute_multiplier":11}}}}""",
                "method.reinforcement.hyperparameters.compute_multiplier",
                "decimal_above_max_value",
                "<= 10"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","method":{"type":"reinforcement","reinforcement":{"grader":{"type":"string_check","name":"g","input":"a","reference":"b","operation":"eq"},"hyperparameters":{"eval_interval":0}}}}""",
                "method.reinforcement.hyperparameters.eval_interval",
                "integer_below_min_value",
                ">= 1"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","method":{"type":"reinforcement","reinforcement":{"grader":{"type":"string_check","name":"g","input":"a","reference":"b","operation":"eq"},"hyperparameters":{"eval_samples":1001}}}}""",
                "method.reinforcement.hyperparameters.eval_samples",
                "integer_above_max_value",
                "<= 1000"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","method":{"type":"reinforcement","reinforcement":{"grader":{"type":"string_check","name":"g","input":"a","reference":"b","operation":"eq"},"hyperparameters":{"reasoning_effort":"extreme"}}}}""",
                "method.reinforcement.hyperparameters.reasoning_effort",
                "invalid_value",
                "'medium'"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","method":{"type":"reinforcement","reinforcement":{"grader":{"type":"string_check","name":"g","input":"a","reference":"b","operation":"eq"},"hyperparameters":{"beta":1}}}}""",
                "method.reinforcement.hyperparameters.beta",
                "unknown_parameter",
                "beta"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","method":{"type":"supervised","dpo":{}}}""",
                "method.dpo",
                "invalid_value",
                "supervised"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","method":{"type":"supervised","supervised":{"hyperparameters":{"n_epochs":99}}}}""",
                "method.supervised.hyperparameters.n_epochs",
                "integer_above_max_value",
                "<= 50"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","hyperparameters":{"n_epochs":2},"method":{"type":"supervised","supervised":{"hyperparameters":{"n_epochs":3}}}}""",
                "hyperparameters.n_epochs",
                "invalid_value",
                "contradict"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","metadata":{"a":1}}""",
                "metadata.a",
                "invalid_type",
                "a string"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","metadata":"x"}""",
                "metadata",
                "invalid_type",
                "an object"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","metadata":{"a":"1","a":"2"}}""",
                "metadata",
                "invalid_value",
                "twice"
            },
            {
                "{\"model\":\"gpt-4o-mini\",\"training_file\":\"FILE\",\"metadata\":{\"" + Long65 + "\":\"v\"}}",
                "metadata",
                "string_above_max_length",
                "64"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","metadata":{"":"v"}}""",
                "metadata",
                "string_above_max_length",
                "64"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","integrations":{}}""",
                "integrations",
                "invalid_type",
                "an array"
            },
            {
                $$$"""{"model":"gpt-4o-mini","training_file":"FILE","integrations":[{"type":"wandb","wandb":{"project":"{{{new string('p', 17_000)}}}"}}]}""",
                "integrations",
                "string_above_max_length",
                "16384"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","integrations":[{"type":"x"}]}""",
                "integrations[0].type",
                "invalid_value",
                "'wandb'"
            },
            {
                """{"model":"gpt-4o-mini","training_file":"FILE","integrations":[{"type":"wandb","wandb":{}}]}""",
                "integrations[0].wandb.project",
                "missing_required_parameter",
                "project"
            },
            { """{"model":"gpt-4o-mini","training_file":"FILE",""", null, null, "JSON" },
            { """{"model":"\ud800","training_file":"FILE"}""", null, null, "JSON" },
            { """{"model":"gpt-4o-mini","training_file":"FILE","metadata":{"\ud800":"x"}}""", null, null, "JSON" },
            {
                $$$$$"""{"model":"gpt-4o-mini","training_file":"FILE","method":{"type":"reinforcement","reinforcement":{"grader":{"type":"string_check","name":"g","input":"{{{{{new string('a', 256 * 1024)}}}}}","reference":"b","operation":"eq"}}}}""",
                "method.reinforcement.grader",
                "string_above_max_length",
                "262144"
            },
            { "[]", null, null, "JSON" },
            { "null", null, null, "JSON" },
            { "", null, null, "JSON" },
        };
}
