namespace FineTuning.ExampleTrainer;

/// <summary>What the server wants while the program trains. A thread listens, because training does not wait for
/// anything.</summary>
internal sealed class Orders
{
    private volatile bool _pause;

    /// <summary>Save the state after this step, and end.</summary>
    public bool Pause => _pause;

    public static Orders Listen()
    {
        Orders orders = new();
        new Thread(orders.Hear) { IsBackground = true, Name = "orders" }.Start();
        return orders;
    }

    private void Hear()
    {
        while (Line.Read() is { } order)
        {
            switch ((string?)order["type"])
            {
                case "pause":
                    _pause = true;
                    break;
                case "cancel":
                    // Nothing is wanted any more, so nothing is written: half a file is swept by the server.
                    Environment.Exit(0);
                    break;
            }
        }

        // The server has gone, perhaps killed. Another may start this job again from its last state, so this one must
        // not go on.
        Environment.Exit(2);
    }
}
