using System.Text.Json;
using FineTuning.Core.Datasets;
using FineTuning.Core.Grading.Linting;
using FineTuning.Core.Grading.Templates;

namespace FineTuning.Core.Grading.Reading;

/// <summary>
/// One reading of a definition. Readers tell it what is wrong and go on with something harmless, so that one reading
/// finds all there is; what they made is of use only if there was no error.
/// </summary>
internal sealed class GraderReading
{
    // Text with more problems than this was not meant as a definition.
    private const int MaxProblems = 100;

    // No problem of the definition: this machine lacks something.
    private static readonly ProblemCode s_notHere = ProblemCode.Unlisted("FT2099", "Not available here");

    private readonly List<GraderProblem> _problems = [];
    private readonly List<ItemPlace> _itemPlaces = [];

    private GraderReading(GraderServices services, bool isLint, JsonElement? item) =>
        (Services, IsLint, Item) = (services, isLint, item);

    public GraderServices Services { get; }

    /// <summary>Whether the definition itself is in question, and not whether this machine can run it.</summary>
    public bool IsLint { get; }

    /// <summary>A dataset item that the templates must fit; null for none.</summary>
    public JsonElement? Item { get; }

    public IReadOnlyList<GraderProblem> Problems => _problems;

    public GraderProblem? FirstError => _problems.FirstOrDefault(problem => problem.Severity == ProblemSeverity.Error);

    /// <summary>How many placeholders so far name the sample.</summary>
    public int SampleNames { get; private set; }

    /// <summary>Where templates so far name a field of the item.</summary>
    public IReadOnlyList<ItemPlace> ItemPlaces => _itemPlaces;

    public static GraderReading ForUse(GraderServices services) => new(services, isLint: false, item: null);

    public static GraderReading ForLint(JsonElement? item) => new(new GraderServices(), isLint: true, item);

    /// <summary>Whether nothing more needs to be found: for use the first error is enough.</summary>
    public bool IsFull => IsLint ? _problems.Count >= MaxProblems : _problems.Count > 0;

    public void SawSample() => SampleNames++;

    public void SawItem(ItemPlace place) => _itemPlaces.Add(place);

    /// <param name="code">What kind of problem it is.</param>
    /// <param name="path">Where in the definition.</param>
    /// <param name="message">What is wrong, one sentence.</param>
    /// <param name="fix">What to do about it.</param>
    /// <param name="place">Where in the text there.</param>
    public void Report(ProblemCode code, string path, string message, string fix, TextPlace? place = null)
    {
        if (!Wants(code))
        {
            return;
        }

        _problems.Add(
            new GraderProblem
            {
                Code = code.Code,
                Severity = SeverityOf(code),
                JsonPath = path,
                Line = place?.Line,
                Column = place?.Column,
                Message = message,
                Fix = fix,
            }
        );
    }

    /// <summary>Whether a problem of this kind would be kept; for use a warning is not.</summary>
    public bool Wants(ProblemCode code) => !IsFull && (IsLint || SeverityOf(code) == ProblemSeverity.Error);

    /// <summary>Says what this machine cannot do; the definition is in order.</summary>
    public void NotHere(string path, string message, string fix)
    {
        if (!IsLint)
        {
            Report(s_notHere, path, message, fix);
        }
    }

    // A service may know what is unknown here; this machine cannot grade with it.
    private ProblemSeverity SeverityOf(ProblemCode code) =>
        !IsLint && (code == GraderFaults.UnknownField || code == GraderFaults.UnknownValue)
            ? ProblemSeverity.Error
            : code.Severity;
}

/// <summary>A place in a grader that names a field of the item.</summary>
/// <param name="Field">What it names.</param>
/// <param name="JsonPath">Where its template stands in the definition.</param>
/// <param name="Place">Where in the template.</param>
internal sealed record ItemPlace(TemplatePath Field, string JsonPath, TextPlace Place);
