BeforeDiscovery {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $cmdlets = @(
        'Clear-FineTuningServerFault', 'Connect-FineTuning', 'ConvertTo-FineTuningDataset', 'Disconnect-FineTuning',
            'Get-CheckpointPermission', 'Get-FineTunedModel', 'Get-FineTuningCheckpoint', 'Get-FineTuningConnection',
                'Get-FineTuningEvent'
        'Get-FineTuningFile', 'Get-FineTuningJob', 'Get-FineTuningServer', 'Get-FineTuningServerFault',
            'Get-FineTuningServerRequest', 'Grant-CheckpointPermission', 'Invoke-FineTunedModel', 'Invoke-Grader',
                'Measure-FineTuningDataset'
        'New-FineTuningJob', 'New-Grader', 'Receive-FineTuningFile', 'Remove-FineTunedModel', 'Remove-FineTuningFile',
            'Repair-FineTuningDataset', 'Resume-FineTuningJob', 'Revoke-CheckpointPermission', 'Send-FineTuningFile',
                'Set-FineTuningServerFault', 'Split-FineTuningDataset', 'Start-FineTuningServer'
        'Stop-FineTuningJob', 'Stop-FineTuningServer', 'Suspend-FineTuningJob', 'Test-FineTuningDataset', 'Test-Grader',
            'Wait-FineTuningJob'
    )
    $changing = $cmdlets | Where-Object {
        $_ -match '^(Connect|Disconnect|Grant|New|Revoke|Send|Remove|Resume|Stop|Suspend|Start|Receive|Set|Clear|Measure|ConvertTo|Split|Repair)-' -and $_ -ne 'New-Grader'
    }
    $api = $cmdlets | Where-Object { $_ -match 'Job|File|Event|Checkpoint|Model|Test-Grader|Invoke-' }
    $lists = 'Get-FineTuningJob', 'Get-FineTuningFile', 'Get-FineTuningEvent', 'Get-FineTuningCheckpoint',
        'Get-CheckpointPermission', 'Get-FineTunedModel'
    $withIdentity = $cmdlets | Where-Object {
        $_ -match '^(Get|Stop|Suspend|Resume|Wait|Receive|Remove)-FineTuning(Job|File|Event|Checkpoint)$|CheckpointPermission$|^(Get|Remove)-FineTunedModel$'
    }
}

BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $manifest = Get-TestManifest
    $folder = Split-Path $manifest
}

Describe 'The build script' {
    It 'explains its tasks with -?' {
        $help = Get-Help (Resolve-Path "$PSScriptRoot/../../build.ps1").ProviderPath | Out-String
        foreach ($task in 'build', 'test', 'demo', 'soak', 'bench', 'docs', 'package', 'clean') {
            $help | Should -Match "(?m)^\s+$task\s+\S"
        }
    }
}

Describe 'The catalogue of errors' {
    It 'has each id once, and docs/errors.md is what it says' {
        & "$PSScriptRoot/../../docs/Build-Errors.ps1" -Module $manifest -Check | Should -BeNullOrEmpty
    }
}

Describe 'The manifest' {
    It 'is valid' {
        $info = Test-ModuleManifest $manifest -ErrorAction Stop
        $info.Name | Should -Be 'FineTuning'
        $info.CompatiblePSEditions | Should -Be @('Desktop', 'Core')
        $info.PowerShellVersion | Should -Be '5.1'
    }

    It 'is a plain data file' -TestCases @{ expected = $cmdlets } {
        (Import-PowerShellDataFile $manifest).CmdletsToExport | Sort-Object | Should -Be $expected
    }

    It 'names only files that are there' {
        $data = Import-PowerShellDataFile $manifest
        foreach ($file in @($data.RootModule) + $data.FormatsToProcess) {
            Join-Path $folder $file | Should -Exist
        }
    }
}

Describe 'Importing' {
    It 'exports exactly its cmdlets and nothing else' -TestCases @{ expected = $cmdlets } {
        $exported = (Get-Module FineTuning).ExportedCommands.Values
        $exported.Name | Sort-Object | Should -Be $expected
        $exported.CommandType | Select-Object -Unique | Should -Be 'Cmdlet'
        (Get-Module FineTuning).ExportedVariables.Count | Should -Be 0
        (Get-Module FineTuning).ExportedAliases.Count | Should -Be 0
    }

    It 'takes the assembly that is meant for this PowerShell and this staging' {
        $expected = if (Test-Path "$folder/bin/net8.0") { 'net8.0' } else { 'netstandard2.0' }
        if ((Get-TestRun) -eq 'netstandard2.0') {
            $expected | Should -Be 'netstandard2.0' -Because 'the run is named so'
        }
        $assembly = (Get-Command Get-FineTuningJob).ImplementingType.Assembly
        $assembly.Location | Should -Be ([IO.Path]::GetFullPath("$folder/bin/$expected/FineTuning.dll"))
        $framework = $assembly.GetCustomAttributes([Runtime.Versioning.TargetFrameworkAttribute], $false).FrameworkName
        $framework | Should -BeLike $(if ($expected -eq 'net8.0') { '.NETCoreApp,Version=v8.0' } else { '.NETStandard,Version=v2.0' })
    }

    Context 'in a process of its own' {
        BeforeAll {
            # Whatever the environment says, an import must not follow it.
            $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
            $listener.Start()
            $environment = @{ OPENAI_BASE_URL = "http://$($listener.LocalEndpoint)/v1"; OPENAI_API_KEY = 'sk-import-test' }
            $result = Invoke-ChildPwsh -Bare -Environment $environment @"
`$before = Get-ChildItem Env: | ForEach-Object { "`$(`$_.Name)=`$(`$_.Value)" }
Import-Module '$manifest'
`$after = Get-ChildItem Env: | ForEach-Object { "`$(`$_.Name)=`$(`$_.Value)" }
`$connection = Get-FineTuningConnection
`$vault = [bool] (Get-Module Microsoft.PowerShell.Secret* -All)
Remove-Module FineTuning
`$removed = -not (Get-Module FineTuning)
Import-Module '$manifest'
[ordered]@{
    Environment = @(Compare-Object `$before `$after).Count
    Connection = `$null -ne `$connection
    Vault = `$vault
    Removed = `$removed
    Again = (Get-Command -Module FineTuning).Count
    Endpoint = "`$((Connect-FineTuning http://127.0.0.1:9/v1 -SkipCheck -PassThru).Endpoint)"
    Assemblies = @([AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { -not `$_.IsDynamic -and `$_.Location.StartsWith('$folder') } | ForEach-Object { `$_.GetName().Name })
    Errors = @(`$Error | ForEach-Object { "`$_" })
} | ConvertTo-Json
"@
            $asked = $listener.Pending()
            $listener.Stop()
            $facts = $result.Output | Out-String | ConvertFrom-Json
        }

        It 'changes no environment variable' { $facts.Environment | Should -Be 0 }
        It 'makes no connection' { $facts.Connection | Should -BeFalse }
        It 'loads no vault module' { $facts.Vault | Should -BeFalse }
        It 'sends nothing' { $asked | Should -BeFalse }
        It 'can be removed' { $facts.Removed | Should -BeTrue }
        It 'can be imported again, and works' {
            $facts.Again | Should -Be (Import-PowerShellDataFile $manifest).CmdletsToExport.Count
            $facts.Endpoint | Should -Be 'http://127.0.0.1:9/v1'
        }
        It 'brings no assembly of others into PowerShell 7' {
            $facts.Assemblies | Sort-Object |
                Should -Be @('FineTuning', 'FineTuning.Core') -Because 'what PowerShell has in the box wins'
        }
        It 'leaves no error behind' {
            $result.Errors | Should -BeNullOrEmpty
            $facts.Errors | Should -BeNullOrEmpty
        }
    }

    It 'ships no assembly of others for PowerShell 7' {
        if (-not (Test-Path "$folder/bin/net8.0")) {
            Set-ItResult -Skipped -Because 'this staging has no net8.0 build' ; return
        }
        (Get-ChildItem "$folder/bin/net8.0" -Filter *.dll).Name | Sort-Object |
            Should -Be @('FineTuning.Core.dll', 'FineTuning.dll')
    }
}

Describe 'The convention of <_>' -ForEach $cmdlets {
    BeforeAll { $command = Get-Command $_ }

    It 'has an approved verb and a singular noun' {
        $command.Verb | Should -BeIn (Get-Verb).Verb
        $command.Noun | Should -Match '^(FineTun|CheckpointPermission|Grader)'
        $command.Noun | Should -Not -Match 's$'
    }

    It 'says what it outputs' {
        $command.OutputType.Count | Should -BeGreaterThan 0
        foreach ($type in $command.OutputType.Type) {
            $type | Should -Not -BeNullOrEmpty
            if ($type -notin [void], [IO.FileInfo], [bool], [string]) {
                $type.Namespace | Should -Match '^FineTuning\.(Output|Core\.Datasets)'
            }
        }
    }

    It 'has parameters in the form of the house' {
        foreach ($parameter in Get-ParameterOf $command.Name) {
            $parameter.Name | Should -MatchExactly '^[A-Z][A-Za-z]+$'
            if ($parameter.Name -match '(Key|Secret|Password)$' -and $parameter.Name -ne 'IdempotencyKey') {
                $parameter.ParameterType | Should -Be ([securestring]) -Because 'a secret does not belong into history'
            }
        }
    }
}

Describe 'Groups of cmdlets' {
    It '<_> has -WhatIf and -Confirm' -ForEach $changing {
        (Get-Command $_).Parameters.Keys | Should -Contain 'WhatIf'
        (Get-Command $_).Parameters.Keys | Should -Contain 'Confirm'
    }

    It '<_> reads only, so it has no -WhatIf' -ForEach ($cmdlets | Where-Object { $_ -notin $changing }) {
        (Get-Command $_).Parameters.Keys | Should -Not -Contain 'WhatIf'
    }

    It 'Only deletes ask by default' -TestCases @{ all = $cmdlets } {
        $asking = foreach ($name in $all) {
            $attribute = (Get-Command $name).ImplementingType.GetCustomAttributes([Management.Automation.CmdletAttribute], $false)
            if ($attribute.ConfirmImpact -eq 'High') { $name }
        }
        $asking | Should -Be @('Remove-FineTunedModel', 'Remove-FineTuningFile', 'Revoke-CheckpointPermission')
    }

    It '<_> takes a -Connection' -ForEach $api {
        (Get-Command $_).Parameters['Connection'].ParameterType.FullName |
            Should -Be 'FineTuning.Identities.ConnectionIdentity'
    }

    It '<_> has -First and -Skip' -ForEach $lists {
        (Get-Command $_).Parameters.Keys | Should -Contain 'First'
        (Get-Command $_).Parameters.Keys | Should -Contain 'Skip'
    }

    It '<_> takes its identity first, and from the pipeline as object and by name' -ForEach $withIdentity {
        $identity = (Get-Command $_).Parameters.Values | Where-Object {
            $_.ParameterType.Name -match 'Identity' -and $_.Name -ne 'Connection'
        }
        $identity | Should -HaveCount 1
        foreach ($set in $identity.ParameterSets.Values) {
            $set.Position | Should -Be 0
            $set.ValueFromPipeline | Should -BeTrue
            $set.ValueFromPipelineByPropertyName | Should -BeTrue
        }
    }

    It 'are all sealed, and their types public' -TestCases @{ all = $cmdlets } {
        foreach ($name in $all) {
            $type = (Get-Command $name).ImplementingType
            $type.IsSealed | Should -BeTrue -Because $name
            $type.Namespace | Should -Be 'FineTuning.Commands' -Because $name
        }
    }
}
