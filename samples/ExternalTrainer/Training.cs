using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FineTuning.ExampleTrainer;

/// <summary>
/// The order "train". Everything follows from the data, the numbers and the seed, so a run that goes on from a state,
/// after a pause or a kill, reports the same steps as one that was never interrupted.
/// </summary>
internal sealed class Training
{
    /// <summary>Models are kept for the last epochs, as the service does.</summary>
    private const int KeptCheckpoints = 3;

    /// <summary>How much work a kill may cost.</summary>
    private static readonly TimeSpan s_stateInterval = TimeSpan.FromSeconds(1);

    private readonly Job _job;
    private readonly State _state;
    private readonly int[] _order;

    private Training(Job job)
    {
        _job = job;
        _state = job.ResumeFrom is { } path ? State.Load(path) : new State();
        _order = new int[job.Training.Count];
    }

    public static void Run(Job job) => new Training(job).Run(Orders.Listen());

    private void Run(Orders orders)
    {
        var sinceState = Stopwatch.StartNew();
        ShuffleFor(_state.Step / _job.StepsPerEpoch);
        while (_state.Step < _job.TotalSteps)
        {
            Line.Write(DoStep());
            bool isEpochEnd = _state.Step % _job.StepsPerEpoch == 0;
            if (isEpochEnd)
            {
                EndEpoch();
            }

            if (orders.Pause)
            {
                SaveState("paused");
                return;
            }

            if (isEpochEnd || sinceState.Elapsed > s_stateInterval)
            {
                SaveState("state");
                sinceState.Restart();
            }
        }

        Line.Write(
            new JsonObject
            {
                ["type"] = "done",
                ["path"] = $"model-{_state.Step}.json",
                ["trained_tokens"] = _state.TrainedTokens,
            }
        );
    }

    private JsonObject DoStep()
    {
        int first = _state.Step % _job.StepsPerEpoch * _job.BatchSize;
        ReadOnlySpan<int> batch = _order.AsSpan(first, Math.Min(_job.BatchSize, _order.Length - first));
        Score score = new();
        foreach (int index in batch)
        {
            // Measured before it is learned, as a network's loss is.
            score.Add(_state.Model, _job.Training[index]);
            _state.Model.Learn(_job.Training[index], _job.LearningRateMultiplier);
        }

        _state.Step++;
        _state.TrainedTokens += score.Tokens;
        JsonObject step = new()
        {
            ["type"] = "step",
            ["step"] = _state.Step,
            ["epoch"] = (double)_state.Step / _job.StepsPerEpoch,
            ["train_loss"] = score.Loss,
            ["train_accuracy"] = score.Accuracy,
            ["trained_tokens"] = _state.TrainedTokens,
        };
        if (_state.Step % _job.StepsPerEpoch == 0 && _job.Validation.Count > 0)
        {
            Score valid = new();
            _job.Validation.ForEach(example => valid.Add(_state.Model, example));
            step["valid_loss"] = valid.Loss;
            step["valid_accuracy"] = valid.Accuracy;
            step["full_valid_loss"] = valid.Loss;
            step["full_valid_accuracy"] = valid.Accuracy;
        }

        return step;
    }

    private void EndEpoch()
    {
        if (_state.Step / _job.StepsPerEpoch > _job.Epochs - KeptCheckpoints)
        {
            string name = $"model-{_state.Step}.json";
            _state.Model.Save(Path.Combine(_job.WorkFolder, name));
            Line.Write(
                new JsonObject
                {
                    ["type"] = "checkpoint",
                    ["step"] = _state.Step,
                    ["path"] = name,
                }
            );
        }

        ShuffleFor(_state.Step / _job.StepsPerEpoch);
    }

    /// <summary>The order depends on the seed and the epoch alone, so a state need not hold it.</summary>
    private void ShuffleFor(int epoch)
    {
        for (int i = 0; i < _order.Length; i++)
        {
            _order[i] = i;
        }

        new Random(HashSeed(_job.Seed, epoch)).Shuffle(_order);
    }

    private static int HashSeed(int seed, int epoch) => unchecked((seed * 397) ^ epoch);

    private void SaveState(string type)
    {
        string name = $"state-{_state.Step}.json";
        Whole.Write(Path.Combine(_job.WorkFolder, name), JsonSerializer.Serialize(_state));
        Line.Write(
            new JsonObject
            {
                ["type"] = type,
                ["step"] = _state.Step,
                ["path"] = name,
                ["trained_tokens"] = _state.TrainedTokens,
            }
        );
    }

    /// <summary>Everything a later start needs to go on.</summary>
    private sealed class State
    {
        public int Step { get; set; }

        public long TrainedTokens { get; set; }

        public AnswerModel Model { get; init; } = new();

        public static State Load(string path)
        {
            try
            {
                return JsonSerializer.Deserialize<State>(File.ReadAllText(path))
                    ?? throw new JsonException("It is null.");
            }
            catch (JsonException e)
            {
                // With this code the server starts the job over instead of failing it.
                throw new RefusedException("invalid_state", $"The saved state cannot be used: {e.Message}", null);
            }
        }
    }

    /// <summary>Loss per token and accuracy of a few examples.</summary>
    private sealed class Score
    {
        private double _loss;
        private int _right;
        private int _examples;

        public int Tokens { get; private set; }

        public double Loss => _loss / Tokens;

        public double Accuracy => (double)_right / _examples;

        public void Add(AnswerModel model, Example example)
        {
            List<(string? Answer, double Probability)> probabilities = model.Probabilities(example.Prompt);
            _loss -= Math.Log(AnswerModel.Of(probabilities, example.Answer));
            _right += Chat.Likeliest(probabilities) == example.Answer ? 1 : 0;
            _examples++;
            Tokens += AnswerModel.TokensOf(example.Answer);
        }
    }
}
