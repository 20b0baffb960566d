# Beside other modules, in processes of their own. tests/Neighbour is a module that brings another System.Text.Json: in
# a context of its own, as Az.Accounts does, or with a plain LoadFrom.
#
# In PowerShell 7 the netstandard2.0 build gets System.Text.Json from PowerShell: these tests show that it runs with
# whatever is loaded first, and that what it does to find assemblies takes nothing from others. That two versions live
# in one process of Windows PowerShell, where no contexts are, is for Desktop.Tests.ps1 to show there.
BeforeDiscovery {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $built = "$PSScriptRoot/../Neighbour/bin/Release/netstandard2.0",
        "$PSScriptRoot/../Neighbour/bin/Debug/netstandard2.0" | Where-Object {
        Test-Path "$_/Neighbour.dll"
    }
    $isDesktop = (Get-TestRun) -eq 'netstandard2.0'
}

BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $manifest = Get-TestManifest
    $server = Start-FineTuningServer -Memory -PassThru
    # More than one number, and text that JSON must escape.
    $job = New-FineTuningJob gpt-4o-mini (New-TestDataset (Join-Path $TestDrive train.jsonl)) -EpochCount 2 -LearningRateMultiplier 0.125 -Metadata @{ note = "`"Grüße`"" } -Wait
    $null = $job
    # What ours does: numbers and texts, both ways.
    $work = @"
function Test-Ours {
    Connect-FineTuning $($server.Endpoint)
    `$job = Get-FineTuningJob | Select-Object -First 1
    `$checkpoint = Get-FineTuningCheckpoint `$job | Select-Object -First 1
    "`$(`$job.Hyperparameters.EpochCount) `$(`$job.Hyperparameters.LearningRateMultiplier.ToString([cultureinfo]::InvariantCulture)) `$(`$job.Metadata['note']) `$(`$checkpoint.Step -gt 0)"
}
"@
    $expected = '2 0.125 "Grüße" True'

    function Invoke-Beside([string] $Script) {
        $result = Invoke-ChildPwsh -Bare "`$ErrorActionPreference = 'Stop'; [Console]::OutputEncoding = [Text.Encoding]::UTF8`n$work`n$Script"
        $result.Errors | Should -BeNullOrEmpty
        $result.ExitCode | Should -Be 0
        $result.Output
    }
}

AfterAll {
    $server | Stop-FineTuningServer
}

Describe 'Beside a module with another System.Text.Json' -Skip:(-not $built) {
    BeforeAll {
        $neighbour = "$PSScriptRoot/../Neighbour/bin/Release/netstandard2.0",
            "$PSScriptRoot/../Neighbour/bin/Debug/netstandard2.0" | Where-Object { Test-Path "$_/Neighbour.dll" } |
                Select-Object -First 1
        $stage = Join-Path $TestDrive Neighbour
        Copy-Item $neighbour $stage -Recurse
        $stage = Join-Path $stage Neighbour.psm1
        $theirs = "Get-NeighbourJson; Measure-NeighbourSum '[1.5, 2e2, 0.25]'"
    }

    It 'works when the other was loaded first and used: <way>' -ForEach @{ way = 'own' }, @{ way = 'plain' } {
        $output = Invoke-Beside "Import-Module '$stage' -ArgumentList $way; $theirs; Import-Module '$manifest'; Test-Ours; $theirs"
        $output[0] | Should -Be $output[3] -Because 'the other keeps the assembly that it had'
        $output[1], $output[4] | Should -Be '201.75', '201.75'
        $output[2] | Should -Be $expected
    }

    It 'works when it was loaded first and used: <way>' -ForEach @{ way = 'own' }, @{ way = 'plain' } {
        $output = Invoke-Beside "Import-Module '$manifest'; Test-Ours; Import-Module '$stage' -ArgumentList $way; $theirs; Test-Ours"
        $output[2] | Should -Be '201.75'
        $output[0], $output[3] | Should -Be $expected, $expected
    }

    It 'works when both are loaded before either is used' {
        $output = Invoke-Beside "Import-Module '$stage', '$manifest'; Test-Ours; $theirs"
        $output[0] | Should -Be $expected
        $output[2] | Should -Be '201.75'
    }

    It 'is really beside another version' {
        $output = Invoke-Beside "Import-Module '$stage', '$manifest'; Test-Ours; Get-NeighbourJson; [AppDomain]::CurrentDomain.GetAssemblies() | ForEach-Object { `$_.GetName() } | Where-Object Name -EQ System.Text.Json | ForEach-Object { `"`$(`$_.Version)`" }"
        $output[1] | Should -BeLike 'System.Text.Json, Version=6.0.*'
        @($output | Select-Object -Skip 2) | Should -HaveCount 2
        $output | Should -Contain '6.0.0.0'
    }

    It 'answers with its own assemblies for itself alone' -Skip:(-not $isDesktop) {
        $output = Invoke-Beside @"
Import-Module '$stage', '$manifest'
`$resolve = [AppDomain]::CurrentDomain.GetAssemblies().GetTypes().Where({ `$_.FullName -eq 'FineTuning.Runtime.DependencyResolver' })[0].GetMethod('Resolve', [Reflection.BindingFlags] 'NonPublic, Static')
`$ours = (Get-Command Get-FineTuningJob).ImplementingType.Assembly
`$other = [Runtime.Loader.AssemblyLoadContext]::All.Where({ `$_.Name -eq 'Neighbour' })[0].Assemblies.Where({ `$_.GetName().Name -eq 'Neighbour' })[0]
foreach (`$asking in `$ours, `$other) {
    foreach (`$name in 'FineTuning.Core, Version=99.0.0.0', 'System.Text.Json, Version=6.0.0.0', 'Nobody.Has.This, Version=1.0.0.0') {
        "`$([bool] `$resolve.Invoke(`$null, @(`$null, [ResolveEventArgs]::new(`$name, `$asking))))"
    }
}
"@
        $output | Should -Be 'True', 'True', 'False', 'False', 'False', 'False'
    }
}

Describe 'Loading more than once' {
    It 'can be removed and imported again, any number of times' {
        $output = Invoke-Beside "1..3 | ForEach-Object { Import-Module '$manifest'; Test-Ours; Remove-Module FineTuning }; (Get-Command Get-FineTuningJob -ErrorAction Ignore).Count; Import-Module '$manifest'; Test-Ours"
        $output | Should -Be $expected, $expected, $expected, '0', $expected
    }

    It 'works in two runspaces at once, each with its own connection' {
        $output = Invoke-Beside @"
`$work = `${function:Test-Ours}
`$shells = foreach (`$i in 1..2) {
    `$shell = [powershell]::Create()
    `$null = `$shell.AddScript("Import-Module '$manifest'; Get-FineTuningConnection; `$work").Invoke()
    if (`$shell.HadErrors) { throw `$shell.Streams.Error[0] }
    `$shell
}
`$runs = foreach (`$shell in `$shells) { `$shell.Commands.Clear(); `$null = `$shell.AddScript("`$work"); `$shell.BeginInvoke() }
0..1 | ForEach-Object { `$shells[`$_].EndInvoke(`$runs[`$_]) }
Import-Module '$manifest'
"`$(`$null -eq (Get-FineTuningConnection))"
"@
        $output | Should -Be $expected, $expected, 'True'
    }

    It 'works from a second path, as after an update in a running session' {
        $copy = New-Item (Join-Path $TestDrive 'second/FineTuning') -ItemType Directory
        Copy-Item $manifest $copy
        Copy-Item (Join-Path (Split-Path $manifest) bin) $copy -Recurse -Exclude server
        $second = Join-Path $copy FineTuning.psd1
        $output = Invoke-Beside "Import-Module '$manifest'; Test-Ours; Import-Module '$second'; Test-Ours; Remove-Module FineTuning; Import-Module '$second'; Test-Ours"
        $output | Should -Be $expected, $expected, $expected
    }
}
