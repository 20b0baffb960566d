BeforeDiscovery {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    Import-Module "$PSScriptRoot/Canary/Mutants.psm1" -Force
    # It looks into other processes as Linux shows them.
    $elsewhere = -not $IsLinux -or -not (Get-Module Microsoft.PowerShell.SecretStore -ListAvailable)
    # What is changed and compiled are the sources of this clone.
    $foreign = $elsewhere -or
        (Get-TestManifest) -ne (Resolve-Path "$PSScriptRoot/../../FineTuning.psd1").ProviderPath -or
            -not (Test-Path "$PSScriptRoot/../../src/FineTuning/obj/project.assets.json")
    $leaks = Get-Leak
    $cmdlets = (Import-PowerShellDataFile (Get-TestManifest)).CmdletsToExport
}

Describe 'Marked secrets' -Skip:$elsewhere {
    BeforeAll {
        Import-Module "$PSScriptRoot/TestTools.psm1" -Force
        Import-Module "$PSScriptRoot/Canary/CanaryTools.psm1" -Force
        $scenarios = & "$PSScriptRoot/Canary/Scenarios.ps1"
        $work = (New-Item (Join-Path $TestDrive canary) -ItemType Directory).FullName
        $result = Invoke-Canary -Module (Get-TestManifest) -Work $work
        Write-Host ("  {0} cmdlets, {1} scenarios, {2} secrets; searched {3} kinds of places, {4:n0} objects, {5:n0} texts, {6:n0} files, {7} processes, {8:n0} MB: {9} occurrences ({10} s)" -f
            $result.Cmdlets, $result.Scenarios, $result.Secrets, $result.Places.Count, $result.Objects, $result.Texts,
                $result.Files, $result.Processes, ($result.Bytes / 1MB), $result.Occurrences, $result.Seconds)
    }

    It 'go through <_>' -ForEach $cmdlets {
        $scenarios.Keys | Should -Contain $_ -Because 'each cmdlet needs its scenarios in Canary/Scenarios.ps1'
    }

    It 'go through success and failure as was meant' {
        $result.Missing | Should -BeNullOrEmpty
        $result.Unwanted | Should -BeNullOrEmpty
        $result.Echoed | Should -BeGreaterThan 100 -Because 'the gateway has to have repeated the secrets, else nothing was shown'
    }

    It 'are found nowhere' {
        $result.Found | Should -BeNullOrEmpty
        $result.Shown | Should -BeNullOrEmpty
        $result.Occurrences | Should -Be 0
    }

    It 'were looked for in <_>' -ForEach @(
        'output', 'error stream', 'warning stream', 'verbose stream', 'debug stream', 'information stream',
            'progress stream', 'screen', 'transcript', '$Error', 'Get-Error'
        'exception', 'Exception.Data', 'InvocationInfo', 'InvocationInfo.BoundParameters', 'TargetObject',
            'ErrorDetails', 'ScriptStackTrace', 'exception to the host', 'Out-String', 'Format-List * -Force'
        'ConvertTo-Json', 'ConvertTo-Csv', 'Export-Clixml', 'Get-History', 'Get-Variable', 'file', 'log of the server',
            'process arguments', 'process environment'
    ) { $result.Places | Should -Contain $_ }

    It 'were looked for in something' {
        $result.Processes | Should -BeGreaterThan 2
        $result.Transcript | Should -BeGreaterThan 10000
        $result.Log | Should -BeGreaterThan 200 -Because 'a server whose disk failed has something to say'
    }
}

Describe 'A deliberate leak' -Skip:$foreign {
    BeforeAll {
        Import-Module "$PSScriptRoot/Canary/CanaryTools.psm1" -Force
        Import-Module "$PSScriptRoot/Canary/Mutants.psm1" -Force
        $module = New-MutantModule (New-Item (Join-Path $TestDrive mutant) -ItemType Directory).FullName
        $work = (New-Item (Join-Path $TestDrive leaks) -ItemType Directory).FullName
        # The first one leaks nothing, so that it is the leaks that are found and not the changes for them.
        $calls = @("none=$(((Get-Leak).Finds | Select-Object -Unique) -join ' | Out-Default; ')") +
            (Get-Leak | ForEach-Object { "$($_.Name)=$($_.Finds)" })
        $result = Invoke-Canary -Module $module -Work $work -Leak ($calls -join '§')
    }

    It 'that sleeps is not found' { $result.Leaks.none | Should -Be 0 }

    It 'is found: <Name>' -ForEach $leaks { $result.Leaks.$Name | Should -BeGreaterThan 0 }
}
