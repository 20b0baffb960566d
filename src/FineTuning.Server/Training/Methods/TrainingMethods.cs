using FineTuning.Core.Jobs;
using FineTuning.Core.Wire;
using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Data;
using FineTuning.Server.Training.Network;

namespace FineTuning.Server.Training.Methods;

/// <summary>The methods by their names.</summary>
internal static class TrainingMethods
{
    public const string Supervised = HyperparameterTable.Supervised;
    public const string Preference = HyperparameterTable.Preference;
    public const string Reinforcement = HyperparameterTable.Reinforcement;

    /// <summary>The number of lines of the training file that have something to learn; at least one.</summary>
    public static int CountExamples(TrainingRequest request, CancellationToken cancellationToken)
    {
        const string Param = "training_file";
        (int count, TrainingException? nothing) = request.Method switch
        {
            Supervised => (
                TrainingExamples.Read(request.TrainingPath, Param, cancellationToken).Count(),
                TrainingExamples.NothingToLearn(Param)
            ),
            Preference => (
                PreferenceExamples.Read(request.TrainingPath, Param, cancellationToken).Count(),
                PreferenceExamples.NothingToLearn(Param)
            ),
            Reinforcement => (
                RewardExamples.Read(request.TrainingPath, Param, cancellationToken).Count(),
                RewardExamples.NothingToLearn(Param)
            ),
            _ => throw Unknown(request.Method),
        };
        return count > 0 ? count : throw nothing;
    }

    /// <summary>Settles what only this method has.</summary>
    /// <param name="method">The method.</param>
    /// <param name="asked">What was asked for.</param>
    /// <param name="plan">The plan so far, with the numbers that all methods have.</param>
    /// <returns>The numbers of the plan with those of the method.</returns>
    public static Hyperparameters Settle(string method, Hyperparameters asked, TrainingPlan plan) =>
        method switch
        {
            Preference => PreferenceMethod.Settle(asked, plan),
            Reinforcement => ReinforcementMethod.Settle(asked, plan),
            _ => plan.Hyperparameters,
        };

    /// <summary>Reads the data and makes the model that the first step begins with.</summary>
    public static TrainingMethod Start(
        TrainingRequest request,
        TrainingPlan plan,
        CancellationToken cancellationToken
    ) =>
        request.Method switch
        {
            Supervised => SupervisedMethod.Start(request, plan, cancellationToken),
            Preference => PreferenceMethod.Start(request, plan, cancellationToken),
            Reinforcement => ReinforcementMethod.Start(request, plan, cancellationToken),
            _ => throw Unknown(request.Method),
        };

    /// <summary>Reads the data for a model and a learner that were saved; what the method remembered is restored
    /// afterwards.</summary>
    public static TrainingMethod Resume(
        TrainingRequest request,
        TrainingPlan plan,
        NeuralModel model,
        Optimizer learner,
        CancellationToken cancellationToken
    ) =>
        request.Method switch
        {
            Supervised => SupervisedMethod.Resume(request, plan, model, learner, cancellationToken),
            Preference => PreferenceMethod.Resume(request, plan, model, learner, cancellationToken),
            Reinforcement => ReinforcementMethod.Resume(request, plan, model, learner, cancellationToken),
            _ => throw Unknown(request.Method),
        };

    private static TrainingException Unknown(string method) =>
        new(
            $"The built-in trainer does not know the method '{method}'; it knows supervised, dpo and reinforcement.",
            "unsupported_method",
            "method"
        );
}
