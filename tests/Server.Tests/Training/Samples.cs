namespace FineTuning.Server.Tests.Training;

/// <summary>Small hand-made data sets.</summary>
internal static class Samples
{
    /// <summary>Sixty requests to a town's office, of four kinds.</summary>
    public static IReadOnlyList<(string Prompt, string Answer)> Town { get; } =
    [
        ("The street lamp in front of my house is broken.", "lighting"),
        ("Our lamp post flickers all night long.", "lighting"),
        ("It is dark at the bus stop, the light is out.", "lighting"),
        ("Two lamps on Mill Lane do not switch on.", "lighting"),
        ("A lantern in the park is smashed.", "lighting"),
        ("The light at the crossing stays on all day.", "lighting"),
        ("Please repair the lamp near the school.", "lighting"),
        ("The bulb of the street light burst yesterday.", "lighting"),
        ("No light in the tunnel for a week.", "lighting"),
        ("Lamp number 17 buzzes loudly.", "lighting"),
        ("The lights along the river are too bright.", "lighting"),
        ("A car hit the lamp post and it leans over.", "lighting"),
        ("Can you put a lantern at the footbridge?", "lighting"),
        ("Street lights went off at ten.", "lighting"),
        ("The lamp glass fell onto the pavement.", "lighting"),
        ("My bin was not emptied this week.", "waste"),
        ("The rubbish truck skipped our road.", "waste"),
        ("Somebody dumped an old sofa behind the garages.", "waste"),
        ("When is the paper bin collected?", "waste"),
        ("I need a bigger rubbish bin.", "waste"),
        ("The glass container is overflowing.", "waste"),
        ("Foxes open the rubbish bags every night.", "waste"),
        ("Where can I bring garden waste?", "waste"),
        ("The lid of my bin is cracked.", "waste"),
        ("Please collect our bulky waste.", "waste"),
        ("Rubbish lies all over the playground.", "waste"),
        ("The recycling container was not emptied.", "waste"),
        ("Someone burns waste in the yard.", "waste"),
        ("Our bins were taken and not brought back.", "waste"),
        ("Collection of the organic bin was late again.", "waste"),
        ("A deep pothole opened on High Street.", "roads"),
        ("The pavement is uneven and people stumble.", "roads"),
        ("Traffic sign at the junction is bent.", "roads"),
        ("The road to the mill is full of potholes.", "roads"),
        ("Please paint the zebra crossing again.", "roads"),
        ("A kerb stone is loose near the bakery.", "roads"),
        ("The asphalt has sunk by a hand's width.", "roads"),
        ("Potholes damage our tyres on Station Road.", "roads"),
        ("The drain in the road is blocked after rain.", "roads"),
        ("A stop sign is missing at the junction.", "roads"),
        ("Ice on the road, nobody spread any salt.", "roads"),
        ("The cycle lane ends in the middle of traffic.", "roads"),
        ("Road works have stood still for a month.", "roads"),
        ("Cobbles are loose on the market pavement.", "roads"),
        ("The junction needs a traffic mirror.", "roads"),
        ("A tree fell across the path in the park.", "trees"),
        ("Branches hang low over the playground.", "trees"),
        ("The oak in front of the church looks dead.", "trees"),
        ("Roots of the plane tree push into my cellar.", "trees"),
        ("Please cut back the hedge at the corner.", "trees"),
        ("A branch broke off in the storm.", "trees"),
        ("The young trees need water.", "trees"),
        ("Caterpillars are eating the oak trees.", "trees"),
        ("The hedge is so high that I see no cars.", "trees"),
        ("May I fell the birch in my garden?", "trees"),
        ("Leaves of the chestnut trees turn brown in June.", "trees"),
        ("A dead branch is about to fall.", "trees"),
        ("The birch drops twigs on my roof.", "trees"),
        ("Who waters the flower beds and shrubs?", "trees"),
        ("Ivy is strangling the old oak.", "trees"),
    ];

    /// <summary>Requests of the same kinds in words of their own.</summary>
    public static IReadOnlyList<(string Prompt, string Answer)> UnseenTown { get; } =
    [
        ("The lamp at our street corner is broken again.", "lighting"),
        ("Why was my rubbish bin not emptied?", "waste"),
        ("There is a huge pothole in the road.", "roads"),
        ("An oak lost a big branch.", "trees"),
        ("Several street lights are out.", "lighting"),
        ("A traffic sign at the junction is missing.", "roads"),
    ];

    /// <summary>The town's requests with their answer and that of another kind.</summary>
    public static IEnumerable<(string Prompt, string Right, string Wrong)> TownPreferences(
        IReadOnlyList<(string Prompt, string Answer)>? pairs = null
    ) => (pairs ?? Town).Select(pair => (pair.Prompt, pair.Answer, pair.Answer == "roads" ? "trees" : "roads"));

    /// <summary>Town data whose labels in part say the opposite of their words: what there is to learn by heart is
    /// wrong elsewhere.</summary>
    public static (
        List<(string Prompt, string Answer)> Training,
        List<(string Prompt, string Answer)> Validation
    ) Noisy()
    {
        var training = new List<(string, string)>();
        var validation = new List<(string, string)>();
        for (int i = 0; i < Town.Count; i++)
        {
            string answer = i % 5 == 4 ? Town[(i + 20) % Town.Count].Answer : Town[i].Answer;
            (i % 2 == 0 ? training : validation).Add((Town[i].Prompt, answer));
        }

        return (training, validation);
    }
}
