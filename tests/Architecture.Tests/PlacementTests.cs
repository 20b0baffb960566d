using System.Text.RegularExpressions;
using Xunit;

namespace FineTuning.Architecture.Tests;

/// <summary>Types of one kind stand in one folder.</summary>
public sealed partial class PlacementTests
{
    [Theory]
    [InlineData(": IArgumentCompleter", "src/FineTuning/Completers/")]
    [InlineData(": ITrainer\\b", "src/FineTuning.Server/Training/")]
    [InlineData(": ITrainingMethod\\b|: TrainingMethod\\b", "src/FineTuning.Server/Training/Methods/")]
    [InlineData("\\bMapGet\\(|\\bMapPost\\(|\\bMapDelete\\(", "src/FineTuning.Server/(Endpoints|Faults|Http)/")]
    public void A_kind_of_type_has_its_folder(string kind, string folder)
    {
        string[] files = [.. Sources.Files.Where(file => Regex.IsMatch(Sources.Read(file), kind))];
        Assert.NotEmpty(files);
        Assert.DoesNotContain(files, file => !Regex.IsMatch(file, $"^(?:{folder})"));
    }

    [Fact]
    public void What_cmdlets_emit_stands_in_Output()
    {
        HashSet<string> emitted =
        [
            .. Sources
                .Files.Where(file => file.StartsWith("src/FineTuning/Commands/", StringComparison.Ordinal))
                .SelectMany(file => OutputType().Matches(Sources.Read(file)))
                .SelectMany(attribute => TypeOf().Matches(attribute.Value))
                .Select(match => match.Groups[1].Value),
        ];
        HashSet<string> own =
        [
            .. Sources
                .Files.Where(file => file.StartsWith("src/FineTuning/", StringComparison.Ordinal))
                .Where(file => emitted.Contains(Path.GetFileNameWithoutExtension(file))),
        ];
        Assert.NotEmpty(own);
        Assert.DoesNotContain(own, file => !file.StartsWith("src/FineTuning/Output/", StringComparison.Ordinal));
    }

    [GeneratedRegex("\\[OutputType\\([^\\]]+(?:\\[\\][^\\]]*)*\\]")]
    private static partial Regex OutputType();

    [GeneratedRegex("typeof\\(([A-Za-z]+)(?:\\[\\])?\\)")]
    private static partial Regex TypeOf();
}
