using System.Globalization;
using System.IO;
using System.Text;
using System;
using System.Collections.Generic;
using FineTuning.Server.Jobs;
using FineTuning.Server.Storage;
using Xunit;

namespace FineTuning.Server.Tests;

public sealed class ServerOptionsTests
{
    [Fact]
    public void Options_are_read_in_both_spellings()
    {
        ServerOptions options = ServerOptions.Parse(
            ["--data=here", "--port", "81", "--detached", "--parent-pid=7", "--run-file", "r.json", "--trainers=3", "--api-key-stdin", "--allow-python"]);

        Assert.Equal(Path.GetFullPath("here"), options.DataFolder);
        Assert.Equal((81, true, 7, 3, true), (options.Port, options.Detached, options.ParentPid, options.Trainers, options.ApiKeyFromStdin));
        Assert.Equal(Path.GetFullPath("r.json"), options.RunFile);
        Assert.False(options.Memory);
        Assert.True(options.AllowPython);
    }

    [Fact]
    public void A_trainer_has_its_arguments_in_order_and_as_they_are()
    {
        ServerOptions options = ServerOptions.Parse(
            ["--memory", "--trainer-command", "python3", "--trainer-argument", "--verbose", "--trainer-argument=a=b c", "--trainer-argument", "", "--trainer-name=my.lora"]);

        Assert.Equal(("python3", "my.lora"), (options.TrainerCommand, options.TrainerName));
        Assert.Equal(["--verbose", "a=b c", ""], options.TrainerArguments);
    }

    [Theory]
    [InlineData("--memory=yes")]
    [InlineData("--port=-1", "--memory")]
    [InlineData("--port=1e3", "--memory")]
    [InlineData("--data", "--memory")]
    [InlineData("--api-key", "sk-1", "--memory")]
    [InlineData("stray", "--memory")]
    public void What_is_not_understood_is_refused(params string[] arguments) =>
        Assert.Throws<OptionException>(() => ServerOptions.Parse(arguments));

    [Theory]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    public void A_result_file_is_the_same_in_every_culture(string culture)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo(culture);
        try
        {
            Dictionary<string, double> none = [], one = new() { ["train_b"] = 1.5 }, two = new() { ["valid_a"] = -0.25, ["train_b"] = 1000 };
            StepRow[] rows = [new(1000, 1.5, 4.77e-06, null, null, none), new(1001, double.NaN, 0, 0.25, 1, none)];
            Assert.Equal(ResultFile.LossHeader + "\n1000,1.5,4.77E-06,,\n1001,NaN,0,0.25,1\n", Csv("supervised", rows));
            Assert.Equal(
                ResultFile.LossHeader + ",train_b,valid_a\n1000,1.5,4.77E-06,,,1.5,\n1001,NaN,0,0.25,1,1000,-0.25\n",
                Csv("dpo", [rows[0] with { Extra = one }, rows[1] with { Extra = two }]));
            Assert.Equal(
                "step,train_b,valid_a\n1000,1.5,\n1001,1000,-0.25\n",
                Csv("reinforcement", [rows[0] with { Extra = one }, rows[1] with { Extra = two }]));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static string Csv(string method, StepRow[] rows) =>
        Encoding.UTF8.GetString(Convert.FromBase64String(Encoding.ASCII.GetString(ResultFile.Encode(method, rows))));
}
