using System.Text.RegularExpressions;
using Xunit;

namespace FineTuning.Architecture.Tests;

/// <summary>The folders, their namespaces, the map of them in docs/architecture.md, and those of the tests.</summary>
public sealed partial class RoomTests
{
    private const string Commands = "src/FineTuning/Commands/";

    /// <summary>Helpers; clients against the server, Core's and the official ones; the long checks of it all.</summary>
    private static readonly string[] s_onlyInTests = ["Support", "Client", "Soak"];

    [Fact]
    public void A_namespace_is_its_folder()
    {
        List<string> wrong = [];
        foreach (string file in Sources.Files)
        {
            string expected = file.StartsWith(Commands, StringComparison.Ordinal)
                ? "FineTuning.Commands"
                : Path.GetDirectoryName(file)!.Replace('\\', '/')["src/".Length..].Replace('/', '.');
            Match found = Namespace().Match(Sources.Read(file));
            if (found.Success && found.Groups[1].Value != expected)
            {
                wrong.Add($"{file}: {found.Groups[1].Value}, not {expected}");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void Commands_holds_cmdlets_by_noun_and_nothing_else()
    {
        string[] files = [.. Sources.Files.Where(file => file.StartsWith(Commands, StringComparison.Ordinal))];
        Assert.NotEmpty(files);
        Assert.DoesNotContain(files, file => !CommandFile().IsMatch(file[Commands.Length..]));
        Assert.DoesNotContain(files, file => !Cmdlet().IsMatch(Sources.Read(file)));
        Assert.DoesNotContain(Sources.Files.Except(files), file => Sources.Read(file).Contains("[Cmdlet("));
    }

    [Fact]
    public void The_map_names_each_folder_and_no_other()
    {
        IEnumerable<string> mapped = MapRow()
            .Matches(Sources.Read("docs/architecture.md"))
            .Select(row => row.Groups[1].Value);
        IEnumerable<string> folders = Sources
            .Files.Select(file => Path.GetDirectoryName(file)!.Replace('\\', '/'))
            .Select(folder => folder.StartsWith(Commands, StringComparison.Ordinal) ? Commands.TrimEnd('/') : folder)
            .Distinct()
            .Where(folder => folder.Count(character => character == '/') > 1);
        Assert.Equal(folders.Order(StringComparer.Ordinal), mapped.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("tests/Core.Tests/", "src/FineTuning.Core/")]
    [InlineData("tests/Server.Tests/", "src/FineTuning.Server/")]
    public void Tests_stand_in_the_folder_of_what_they_test(string tests, string sources)
    {
        string[] folders =
        [
            .. Sources
                .AllCode.Where(file => file.StartsWith(tests, StringComparison.Ordinal))
                .Select(file => file[tests.Length..(file.LastIndexOf('/') + 1)])
                .Where(folder => !s_onlyInTests.Contains(folder.Split('/')[0]))
                .Distinct(),
        ];
        Assert.InRange(folders.Length, 10, 100);
        Assert.DoesNotContain(
            folders,
            folder => !Sources.Files.Any(file => file.StartsWith(sources + folder, StringComparison.Ordinal))
        );
    }

    [GeneratedRegex("^namespace ([A-Za-z.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    // A cmdlet, or the base of several that have the same noun.
    [GeneratedRegex("^[A-Z][A-Za-z]+/[A-Za-z]+(?:Command|Cmdlet)\\.cs$")]
    private static partial Regex CommandFile();

    [GeneratedRegex("^(?:\\[Cmdlet\\(|public abstract class )", RegexOptions.Multiline)]
    private static partial Regex Cmdlet();

    // A row of the map: | `src/FineTuning.Core/Client` | what it is |
    [GeneratedRegex("^\\| `(src/[A-Za-z.]+/[A-Za-z/]+)` \\|", RegexOptions.Multiline)]
    private static partial Regex MapRow();
}
