using System.Text.RegularExpressions;
using Xunit;

namespace FineTuning.Architecture.Tests;

/// <summary>Error records are made in one folder, of definitions that have an id each.</summary>
public sealed partial class ErrorCatalogueTests
{
    private const string Errors = "src/FineTuning/Errors/";

    private static readonly string[] s_ids =
    [
        .. Sources
            .Files.Where(file => file.StartsWith(Errors, StringComparison.Ordinal))
            .SelectMany(file => Definition().Matches(Sources.Read(file)))
            .Select(match => match.Groups[1].Value),
    ];

    [Fact]
    public void Error_records_are_made_in_Errors_only() =>
        Assert.DoesNotContain(
            Sources.Files.Where(file => !file.StartsWith(Errors, StringComparison.Ordinal)),
            file => Creation().IsMatch(Sources.Read(file))
        );

    [Fact]
    public void One_method_makes_them_all() =>
        Assert.Equal(
            [$"{Errors}ErrorRecords.cs"],
            Sources.Files.Where(file => Sources.Read(file).Contains("new ErrorRecord("))
        );

    [Fact]
    public void An_error_id_is_defined_once()
    {
        Assert.InRange(s_ids.Length, 70, 500);
        Assert.Equal(s_ids.Distinct(), s_ids);
    }

    [Fact]
    public void What_Core_names_in_datasets_is_defined()
    {
        string[] named =
        [
            .. Sources
                .Files.Where(file => file.StartsWith("src/FineTuning.Core/Datasets/", StringComparison.Ordinal))
                .SelectMany(file => DatasetId().Matches(Sources.Read(file)))
                .Select(match => match.Groups[1].Value)
                .Distinct(),
        ];
        Assert.InRange(named.Length, 15, 50);
        Assert.Empty(named.Except(s_ids));
    }

    [Fact]
    public void The_page_of_errors_lists_each_and_no_other() =>
        Assert.Equal(
            s_ids.Order(StringComparer.Ordinal),
            PageRow()
                .Matches(Sources.Read("docs/errors.md"))
                .Select(row => row.Groups[1].Value)
                .Order(StringComparer.Ordinal)
        );

    // A definition, or a call of one of the methods that shorten it.
    [GeneratedRegex("(?:new|Define|Stopping)\\(\\s*\"([A-Z][A-Za-z]+)\",")]
    private static partial Regex Definition();

    [GeneratedRegex("new ErrorRecord\\(|\\bErrorRecords\\.Make\\(|new ErrorDefinition\\(")]
    private static partial Regex Creation();

    [GeneratedRegex("(?:new Dataset(?:Split|Repair)Exception\\(|\\bFail\\(|\\bId =)\\s*\"([A-Z][A-Za-z]+)\"")]
    private static partial Regex DatasetId();

    [GeneratedRegex("^\\| `([A-Za-z]+)` \\|", RegexOptions.Multiline)]
    private static partial Regex PageRow();
}
