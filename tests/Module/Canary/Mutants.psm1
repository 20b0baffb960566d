# A copy of the module with deliberate leaks, each of which sleeps until the environment variable CANARY_LEAK has its
# name. The product knows nothing of this: the copies of its sources are changed and compiled.
$root = (Resolve-Path "$PSScriptRoot/../../..").ProviderPath

$leakClass = @'
using System;
namespace FineTuning.Core.Credentials;
public static class CanaryLeak
{
    public static string Secret = string.Empty;
    public static bool Is(string name) => Environment.GetEnvironmentVariable("CANARY_LEAK") == name;
    public static string Text(string name) => Is(name) ? " " + Secret : string.Empty;
}
'@

# Name, file, what stands there, and what is put in its place. Finds is what has to find it.
$leaks = @(
    @{
        Name = 'verbose line'
        File = 'FineTuning/Runtime/AsyncCmdlet.cs'
        Finds = 'Get-FineTuningJob -Verbose'
        Old = 'base.WriteVerbose(Redaction.Scrub(text))'
        New = ('base.WriteVerbose(Redaction.Scrub(text) + ' +
            'FineTuning.Core.Credentials.CanaryLeak.Text("verbose line"))')
    }
    @{
        Name = 'debug line in base64'
        File = 'FineTuning/Runtime/AsyncCmdlet.cs'
        Finds = 'Get-FineTuningJob -Debug'
        Old = 'base.WriteDebug(text)'
        New = ('base.WriteDebug(text + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes("x:" + ' +
            'FineTuning.Core.Credentials.CanaryLeak.Text("debug line in base64"))))')
    }
    @{
        Name = 'progress'
        File = 'FineTuning/Runtime/AsyncCmdlet.cs'
        # A call that is over before its first line of progress is drawn shows none.
        Finds = 'New-FineTuningJob gpt-4o-mini $train -EpochCount 1 -Wait'
        Old = 'base.WriteProgress(progressRecord)'
        New = ('progressRecord.CurrentOperation = ' +
            'FineTuning.Core.Credentials.CanaryLeak.Text("progress"); base.WriteProgress(progressRecord)')
    }
    @{
        Name = 'inner exception'
        File = 'FineTuning.Core/Errors/FineTuningApiException.cs'
        Finds = 'Get-FineTuningJob -Connection $faulty["e401"]'
        Old = 'Redaction.Scrub(innerException))'
        New = ('FineTuning.Core.Credentials.CanaryLeak.Is("inner ' +
            'exception") ? new Exception("inside" + FineTuning.Core.Credentials.CanaryLeak.Text("inner exception")) ' +
            ': Redaction.Scrub(innerException))')
    }
    @{
        Name = 'data of an exception'
        File = 'FineTuning/Errors/ErrorRecords.cs'
        Finds = 'Get-FineTuningJob -Connection $faulty["e401"]'
        Old = '(string message, string action) = '
        New = ('e.Data["header"] = FineTuning.Core.Credentials.CanaryLeak.Text("data of ' +
            'an exception"); (string message, string action) = ')
    }
    @{
        Name = 'target of an error'
        File = 'FineTuning/Errors/ErrorRecords.cs'
        Finds = 'Get-FineTuningJob -Connection $faulty["e401"]'
        Old = 'error.Category, Clean(target))'
        New = ('error.Category, FineTuning.Core.Credentials.CanaryLeak.Is("target of an ' +
            'error") ? FineTuning.Core.Credentials.CanaryLeak.Secret : Clean(target))')
    }
    @{
        Name = 'no redaction'
        File = 'FineTuning.Core/Credentials/Redaction.cs'
        Finds = 'Get-FineTuningJob -Connection $faulty["e401"]'
        Old = 'if (string.IsNullOrEmpty(text))'
        New = ('if (FineTuning.Core.Credentials.CanaryLeak.Is("no ' +
            'redaction")) { return text ?? string.Empty; } if (string.IsNullOrEmpty(text))')
    }
    @{
        Name = 'ToString of the connection'
        File = 'FineTuning/Output/FineTuningConnection.cs'
        Finds = 'Get-FineTuningConnection'
        Old = 'override string ToString() => Endpoint.ToString()'
        New = ('override string ToString() => Endpoint + ' +
            'FineTuning.Core.Credentials.CanaryLeak.Text("ToString of the connection")')
    }
    @{
        Name = 'property of an output'
        File = 'FineTuning/Output/FineTuningConnection.cs'
        Finds = 'Get-FineTuningConnection'
        Old = 'public string? Project => Client.Options.Project'
        New = ('public string? Project => ' +
            'FineTuning.Core.Credentials.CanaryLeak.Is("property of an output") ? ' +
            'FineTuning.Core.Credentials.CanaryLeak.Secret : Client.Options.Project')
    }
    @{
        Name = 'saved connection'
        File = 'FineTuning/Connections/SavedConnections.cs'
        Finds = 'Connect-FineTuning $server.Endpoint -ApiKey $(Secure key) -Name leak -Save'
        Old = 'store.Write(name, profile)'
        New = ('store.Write(name, FineTuning.Core.Credentials.CanaryLeak.Is("saved connection") ' +
            '? profile with { Organization = FineTuning.Core.Credentials.CanaryLeak.Secret } : profile)')
    }
    @{
        Name = 'process argument'
        File = 'FineTuning/LocalServer/ServerProcess.cs'
        Finds = 'Start-FineTuningServer -Memory -ApiKey $(Secure key); See-Process; Stop-FineTuningServer'
        Old = 'Add("--detached");'
        New = ('Add("--detached"); if (FineTuning.Core.Credentials.CanaryLeak.Is("process ' +
            'argument")) { Add("--trainer-name=" + FineTuning.Core.Credentials.CanaryLeak.Secret); }')
    }
    @{
        Name = 'process environment'
        File = 'FineTuning/LocalServer/ServerProcess.cs'
        Finds = 'Start-FineTuningServer -Memory -ApiKey $(Secure key); See-Process; Stop-FineTuningServer'
        Old = 'start.Environment.Remove(secret)'
        New = ('if (!FineTuning.Core.Credentials.CanaryLeak.Is("process ' +
            'environment")) { start.Environment.Remove(secret); }')
    }
)

function Get-Leak { $leaks }

function New-MutantModule([string] $Folder) {
    # Compiles the changed sources for this PowerShell and puts them in a copy of the module.
    foreach ($project in 'FineTuning.Core', 'FineTuning') {
        $from = Join-Path $root src $project
        $to = Join-Path $Folder src $project
        $null = New-Item $to -ItemType Directory -Force
        Get-ChildItem $from | Where-Object Name -NotIn 'bin', 'obj' | Copy-Item -Destination $to -Recurse
        # What the packages are: restored by the build of the clone.
        $null = New-Item "$to/obj" -ItemType Directory
        Get-ChildItem "$from/obj" -File | Copy-Item -Destination "$to/obj"
    }
    Copy-Item "$root/Directory.Build.props", "$root/Directory.Packages.props" $Folder
    foreach ($leak in $leaks) {
        $path = Join-Path $Folder src $leak.File
        $text = [IO.File]::ReadAllText($path)
        if (-not $text.Contains($leak.Old)) {
            throw "The leak '$($leak.Name)' has no place any more: '$($leak.Old)' is not in $($leak.File)."
        }
        [IO.File]::WriteAllText($path, $text.Replace($leak.Old, $leak.New))
    }
    [IO.File]::WriteAllText((Join-Path $Folder src/FineTuning.Core/Credentials/CanaryLeak.cs), $leakClass)
    $secret = Join-Path $Folder src/FineTuning.Core/Credentials/ApiSecret.cs
    [IO.File]::WriteAllText($secret,
        [IO.File]::ReadAllText($secret).Replace('Redaction.Know(this);',
            'Redaction.Know(this); FineTuning.Core.Credentials.CanaryLeak.Secret = Use(text => text);'))
    $options = @(
        '-f', 'net8.0', '-c', 'Release', '--no-restore', '--nologo', '-v', 'quiet'
        'TreatWarningsAsErrors', 'RunAnalyzers', 'EnforceCodeStyleInBuild', 'GenerateDocumentationFile' |
            ForEach-Object { "-p:$_=false" }
    )
    $words = dotnet build "$Folder/src/FineTuning" @options 2>&1
    if ($LASTEXITCODE -ne 0) {
        throw "The leaks could not be compiled: $($words | Select-String error | Select-Object -First 5)"
    }
    $module = (New-Item "$Folder/FineTuning" -ItemType Directory).FullName
    Copy-Item "$root/FineTuning.psd1" $module
    Copy-Item "$root/bin" $module -Recurse
    Copy-Item "$Folder/src/FineTuning/bin/Release/net8.0/FineTuning.dll",
    "$Folder/src/FineTuning/bin/Release/net8.0/FineTuning.Core.dll" "$module/bin/net8.0" -Force
    "$module/FineTuning.psd1"
}

Export-ModuleMember -Function Get-Leak, New-MutantModule
