using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using ArchUnitNET.Fluent.Syntax.Elements.Types;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnit;
using Xunit;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace FineTuning.Architecture.Tests;

/// <summary>Who may use whom: between the assemblies, and between the folders of each.</summary>
public sealed class ArrowTests
{
    private static readonly ArchUnitNET.Domain.Architecture s_product = new ArchLoader()
        .LoadFilteredDirectory(Sources.Module, "FineTuning*.dll")
        .LoadFilteredDirectory(Sources.Server, "FineTuning.Server.dll")
        .Build();

    [Theory]
    [InlineData("Module", "FineTuning.Core.dll", "System.Management.Automation")]
    [InlineData("Module", "FineTuning.Core.dll", "FineTuning")]
    [InlineData("Module", "FineTuning.Core.dll", "FineTuning.Server")]
    [InlineData("Module", "FineTuning.dll", "FineTuning.Server")]
    [InlineData("Server", "FineTuning.Server.dll", "FineTuning")]
    [InlineData("Server", "FineTuning.Server.dll", "System.Management.Automation")]
    public void An_assembly_does_not_see(string build, string assembly, string other)
    {
        using FileStream file = File.OpenRead(
            Path.Combine(build == "Module" ? Sources.Module : Sources.Server, assembly)
        );
        using var image = new PEReader(file);
        MetadataReader metadata = image.GetMetadataReader();
        string[] seen =
        [
            .. metadata.AssemblyReferences.Select(handle =>
                metadata.GetString(metadata.GetAssemblyReference(handle).Name)
            ),
        ];
        Assert.NotEmpty(seen);
        Assert.DoesNotContain(other, seen);
    }

    /// <summary>What lies below knows nothing of what stands on it.</summary>
    /// <param name="lower">Folders, as an alternation of a regular expression.</param>
    /// <param name="upper">The folders that these may not use, likewise.</param>
    [Theory]
    // What any part may use uses no part.
    [InlineData("Core.(Json|Threading|Runtime)", "Core.(?!Json|Threading|Runtime).+")]
    // What is on the wire is data.
    [InlineData("Core.Wire", "Core.(?!Json|Wire).+")]
    // Datasets, tokens, graders and metrics need no network.
    [InlineData(
        "Core.(Datasets|Tokenization|Grading|Metrics)",
        "Core.(Http|Credentials|Connections|Jobs|Chat|Checkpoints|FineTunedModels)"
    )]
    // The client does not know what is made with it.
    [InlineData(
        "Core.(Client|Http|Credentials|Errors)",
        "Core.(Jobs|Files|Datasets|Grading|Evaluation|Checkpoints|FineTunedModels|Connections)"
    )]
    // Training knows files, numbers and a folder, and nothing of the API.
    [InlineData("Server.Training", "Server.(Endpoints|Http|Requests|Jobs|Faults|Chat|Dialects|Grading)")]
    // Faults stand outside the work.
    [InlineData("Server.(Chat|Dialects|Grading|Http|Jobs|Requests|Storage|Training)", "Server.Faults")]
    // Cmdlets are the outermost part of the module; only what reads the parameters of one knows it.
    [InlineData("(Completers|Connections|Errors|Identities|LocalServer|Operations|Output|Runtime|Vaults)", "Commands")]
    public void A_folder_does_not_use(string lower, string upper) =>
        Types().That().Are(In(lower)).Should().NotDependOnAny(In(upper)).Check(s_product);

    private static GivenTypesConjunction In(string folders) =>
        Types()
            .That()
            .ResideInNamespaceMatching($"^FineTuning\\.{folders.Replace(".", "\\.").Replace("\\.+", ".+")}(\\..+)?$");
}
