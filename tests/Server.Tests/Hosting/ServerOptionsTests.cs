using System.Globalization;
using System.Text;
using FineTuning.Core.Client;
using FineTuning.Server.Hosting;
using FineTuning.Server.Jobs;
using FineTuning.Server.Storage;
using Xunit;

namespace FineTuning.Server.Tests.Hosting;

public sealed class ServerOptionsTests
{
    [Fact]
    public void Options_are_read_in_both_spellings()
    {
        ServerOptions options = ServerCommandLine.Parse([
            "--data=here",
            "--port",
            "81",
            "--detached",
            "--parent-pid=7",
            "--run-file",
            "r.json",
            "--trainers=3",
            "--api-key-stdin",
            "--allow-python",
        ]);

        Assert.Equal(Path.GetFullPath("here"), options.DataFolder);
        Assert.Equal(
            (81, true, 7, 3, true),
            (options.Listen.Port, options.Detached, options.ParentPid, options.Trainers, options.ApiKeyFromStdin)
        );
        Assert.Equal(Path.GetFullPath("r.json"), options.RunFile);
        Assert.False(options.Memory);
        Assert.True(options.AllowPython);
    }

    [Theory]
    [InlineData("openai", ApiDialect.OpenAI)]
    [InlineData("Azure", ApiDialect.Azure)]
    public void A_dialect_is_named(string name, ApiDialect dialect) =>
        Assert.Equal(dialect, ServerCommandLine.Parse(["--memory", "--dialect", name]).Dialect);

    [Fact]
    public void Another_dialect_is_refused() =>
        Assert.Contains(
            "'klingon'",
            Assert.Throws<OptionException>(() => ServerCommandLine.Parse(["--memory", "--dialect=klingon"])).Message
        );

    [Fact]
    public void A_trainer_has_its_arguments_in_order_and_as_they_are()
    {
        ServerOptions options = ServerCommandLine.Parse([
            "--memory",
            "--trainer-command",
            "python3",
            "--trainer-argument",
            "--verbose",
            "--trainer-argument=a=b c",
            "--trainer-argument",
            "",
            "--trainer-name=my.lora",
        ]);

        Assert.Equal(("python3", "my.lora"), (options.TrainerCommand, options.TrainerName));
        Assert.Equal(["--verbose", "a=b c", ""], options.TrainerArguments);
    }

    [Theory]
    [InlineData("--trainer-argument", "--", "--")]
    [InlineData("--trainer-argument", "--data", "--data")]
    [InlineData("--trainer-argument=--", null, "--")]
    [InlineData("--trainer-argument=", null, "")]
    [InlineData("--trainer-argument", "@file", "@file")]
    public void What_a_parser_may_take_for_something_else_is_a_value(string option, string? value, string read) =>
        Assert.Equal(
            [read],
            ServerCommandLine
                .Parse(["--memory", "--trainer-command=x", .. value is null ? new[] { option } : [option, value]])
                .TrainerArguments
        );

    [Fact]
    public void A_refusal_names_its_option_first_and_no_key()
    {
        Assert.StartsWith(
            "--trainers: ",
            Assert.Throws<OptionException>(() => ServerCommandLine.Parse(["--memory", "--trainers=0"])).Message
        );
        Assert.DoesNotContain(
            "sk-1",
            Assert.Throws<OptionException>(() => ServerCommandLine.Parse(["--memory", "--api-key=sk-1"])).Message
        );
    }

    [Theory]
    [InlineData("http://127.0.0.1:5005", "127.0.0.1", 5005, "http://127.0.0.1:5005")]
    [InlineData("HTTP://LocalHost:0/", "127.0.0.1", 0, "http://127.0.0.1:0")]
    [InlineData("http://[::1]:65535", "::1", 65535, "http://[::1]:65535")]
    [InlineData("http://127.8.8.8:1", "127.8.8.8", 1, "http://127.8.8.8:1")]
    public void An_address_of_this_machine_needs_no_key(string url, string address, int port, string reached)
    {
        ListenAddress listen = ServerCommandLine.Parse(["--memory", "--urls", url]).Listen;

        Assert.Equal(
            (address, port, true, false),
            (listen.Address.ToString(), listen.Port, listen.IsLoopback, listen.IsAny)
        );
        Assert.Equal(reached, listen.UrlAt(listen.Port));
    }

    [Theory]
    [InlineData("http://0.0.0.0:5005", "http://127.0.0.1:5005")]
    [InlineData("http://*:5005", "http://127.0.0.1:5005")]
    [InlineData("http://[::]:5005", "http://127.0.0.1:5005")]
    [InlineData("http://192.0.2.7:5005", "http://192.0.2.7:5005")]
    public void An_address_that_others_can_reach_needs_a_key(string url, string reached)
    {
        OptionException refusal = Assert.Throws<OptionException>(() =>
            ServerCommandLine.Parse(["--memory", "--urls", url])
        );
        ListenAddress listen = ServerCommandLine.Parse(["--memory", "--urls", url, "--api-key-stdin"]).Listen;

        Assert.Contains("--api-key-stdin", refusal.Message);
        Assert.False(listen.IsLoopback);
        Assert.Equal(reached, listen.UrlAt(listen.Port));
    }

    [Theory]
    [InlineData("https://127.0.0.1:5005", "http only")]
    [InlineData("127.0.0.1:5005", "http://127.0.0.1:5005")]
    [InlineData("http://127.0.0.1", "with a port")]
    [InlineData("http://127.0.0.1:65536", "with a port")]
    [InlineData("http://127.0.0.1:5005;http://127.0.0.1:5006", "one address")]
    [InlineData("http://127.0.0.1:5005/path", "one address")]
    [InlineData("http://127.1:5005", "one address")]
    [InlineData("http://name.example:5005", "one address")]
    [InlineData("http://::1:5005", "one address")]
    [InlineData("http://me@127.0.0.1:5005", "one address")]
    [InlineData("http://:5005", "one address")]
    public void What_is_no_address_is_refused_with_what_would_be(string url, string message) =>
        Assert.Contains(
            message,
            Assert.Throws<OptionException>(() => ServerCommandLine.Parse(["--memory", "--urls", url])).Message
        );

    [Theory]
    [InlineData("--memory", "--port=1", "--urls=http://127.0.0.1:1")]
    [InlineData("--memory", "--urls=http://127.0.0.1:1", "--port=1")]
    [InlineData("--memory", "--urls=http://127.0.0.1:1", "--urls=http://127.0.0.1:2")]
    public void One_address_is_given_once(params string[] arguments) =>
        Assert.Contains(
            "one address",
            Assert.Throws<OptionException>(() => ServerCommandLine.Parse(arguments)).Message
        );

    [Theory]
    [InlineData("--memory", "--allow-host=http://x")]
    [InlineData("--memory", "--allow-host=x:80")]
    [InlineData("--memory", "--allow-host=*")]
    [InlineData("--memory", "--allow-host=")]
    [InlineData("--memory=yes")]
    [InlineData("--port=-1", "--memory")]
    [InlineData("--port=1e3", "--memory")]
    [InlineData("--data", "--memory")]
    [InlineData("--api-key", "sk-1", "--memory")]
    [InlineData("stray", "--memory")]
    public void What_is_not_understood_is_refused(params string[] arguments) =>
        Assert.Throws<OptionException>(() => ServerCommandLine.Parse(arguments));

    [Theory]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    public void A_result_file_is_the_same_in_every_culture(string culture)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo(culture);
        try
        {
            Dictionary<string, double> none = [],
                one = new() { ["train_b"] = 1.5 },
                two = new() { ["valid_a"] = -0.25, ["train_b"] = 1000 };
            StepRow[] rows = [new(1000, 1.5, 4.77e-06, null, null, none), new(1001, double.NaN, 0, 0.25, 1, none)];
            Assert.Equal(ResultFile.LossHeader + "\n1000,1.5,4.77E-06,,\n1001,NaN,0,0.25,1\n", Csv("supervised", rows));
            Assert.Equal(
                ResultFile.LossHeader + ",train_b,valid_a\n1000,1.5,4.77E-06,,,1.5,\n1001,NaN,0,0.25,1,1000,-0.25\n",
                Csv("dpo", [rows[0] with { Extra = one }, rows[1] with { Extra = two }])
            );
            Assert.Equal(
                "step,train_b,valid_a\n1000,1.5,\n1001,1000,-0.25\n",
                Csv("reinforcement", [rows[0] with { Extra = one }, rows[1] with { Extra = two }])
            );
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static string Csv(string method, StepRow[] rows) =>
        Encoding.UTF8.GetString(Convert.FromBase64String(Encoding.ASCII.GetString(ResultFile.Encode(method, rows))));
}
