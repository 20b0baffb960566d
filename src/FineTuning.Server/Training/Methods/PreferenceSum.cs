namespace FineTuning.Server.Training.Methods;

/// <summary>Sums up the margins of pairs: beta times how much more the preferred answer gained than the
/// other.</summary>
internal struct PreferenceSum
{
    private double _loss;
    private double _margin;
    private int _right;
    private int _count;
    private int _tokens;

    public void Add(double margin, int tokens)
    {
        // -log sigmoid(m), written so that nothing overflows.
        _loss += Math.Max(-margin, 0) + Math.Log(1 + Math.Exp(-Math.Abs(margin)));
        _margin += margin;
        _right += margin > 0 ? 1 : 0;
        _count++;
        _tokens += tokens;
    }

    public readonly MethodScore ToScore() =>
        new()
        {
            Loss = _loss / _count,
            Accuracy = (double)_right / _count,
            Tokens = _tokens,
            Health = _loss,
            Further = [("reward_margin", _margin / _count)],
        };
}
