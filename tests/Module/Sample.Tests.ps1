BeforeDiscovery {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    # The sample loads the module of this clone, so it shows nothing about another staging.
    $elsewhere = (Get-TestRun) -ne 'net8.0' -or
        (Get-TestManifest) -ne (Resolve-Path "$PSScriptRoot/../../FineTuning.psd1").ProviderPath
}

Describe 'The demonstration' -Skip:$elsewhere {
    BeforeAll {
        Import-Module "$PSScriptRoot/TestTools.psm1" -Force
        $demo = (Resolve-Path "$PSScriptRoot/../../samples/demo.ps1").ProviderPath
        $result = Invoke-ChildPwsh "& '$demo'; exit `$LASTEXITCODE"
        $text = $result.Output -join "`n"
    }

    It 'ends well and silently' {
        $result.ExitCode | Should -Be 0 -Because $result.Errors
        $result.Errors | Should -BeNullOrEmpty
    }

    It 'makes a model' {
        $text | Should -Match '(?m)^Status: succeeded$'
        $text | Should -Match '(?m)^Model: ft:gpt-4o-mini:local:helpdesk:\w+$'
    }

    It 'shows a loss that falls' {
        $text | Should -Match 'train loss from (\S+) to (\S+)'
        $null = $text -match 'train loss from (\S+) to (\S+)'
        $culture = [cultureinfo]::InvariantCulture
        [double]::Parse($Matches[2], $culture) | Should -BeLessThan ([double]::Parse($Matches[1], $culture) / 2)
    }

    It 'leaves no server' {
        Get-FineTuningServer | Should -BeNullOrEmpty
    }
}

Describe 'The first session of the README' -Skip:$elsewhere {
    BeforeAll {
        Import-Module "$PSScriptRoot/TestTools.psm1" -Force
        $script = (Resolve-Path "$PSScriptRoot/../../samples/first-session.ps1").ProviderPath
        $result = Invoke-ChildPwsh "& '$script'"
        $readme = Get-Content "$PSScriptRoot/../../README.md" -Raw
    }

    It 'runs' {
        $result.Errors | Should -BeNullOrEmpty
        "$($result.Output)" | Should -Match 'succeeded\s+\d+s gpt-4o-mini'
    }

    It 'gives the loss that the README shows' {
        # The trainer is exact on one machine; another processor may differ in the last digits.
        $null = $readme -match 'FullValidLoss : (\d\.\d{2})'
        "$($result.Output)" | Should -Match "FullValidLoss : $([regex]::Escape($Matches[1]))"
    }
}
