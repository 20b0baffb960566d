BeforeDiscovery {
    $missing = 'Microsoft.PowerShell.SecretManagement', 'Microsoft.PowerShell.SecretStore' | Where-Object {
        -not (Get-Module $_ -ListAvailable)
    }
    $reason = "the module $($missing -join ' and ') is not installed"
}

Describe 'A key in a vault' -Skip:([bool] $missing) {
    BeforeAll {
        Import-Module "$PSScriptRoot/TestTools.psm1" -Force
        $secret = 'sk-vault-Hh3TtQ81'
        # The run's home holds the store, so that this can take nothing from the user's.
        Import-Module Microsoft.PowerShell.SecretStore, Microsoft.PowerShell.SecretManagement
        Reset-SecretStore -Authentication None -Interaction None -Force -WarningAction Ignore -Confirm:$false
        Register-SecretVault -Name Work -ModuleName Microsoft.PowerShell.SecretStore -DefaultVault
        $server = Start-TestServer -ApiKey (ConvertTo-TestKey $secret)
        Set-Secret text $secret -Vault Work
        Set-Secret secure (ConvertTo-TestKey $secret) -Vault Work
        Set-Secret credential ([pscredential]::new('any', (ConvertTo-TestKey $secret))) -Vault Work
        Set-Secret table @{ a = '1' } -Vault Work
        Set-Secret wrong 'sk-some-other-one' -Vault Work
    }

    AfterAll {
        [Environment]::SetEnvironmentVariable('OPENAI_BASE_URL', $null)
        [Environment]::SetEnvironmentVariable('OPENAI_API_KEY', $null)
        $server | Stop-FineTuningServer
        Unregister-SecretVault Work -ErrorAction Ignore
        Disconnect-FineTuning
    }

    BeforeEach {
        [Environment]::SetEnvironmentVariable('OPENAI_BASE_URL', $null)
        [Environment]::SetEnvironmentVariable('OPENAI_API_KEY', $null)
        Disconnect-FineTuning
    }

    It 'is taken by name as <_>' -ForEach 'text', 'secure', 'credential' {
        $connection = Connect-FineTuning $server.Endpoint -SecretName $_ -PassThru
        $connection.KeySource | Should -Be "secret $_"
        { Get-FineTuningJob -ErrorAction Stop } | Should -Not -Throw
    }

    It 'is taken out of the vault that is named' {
        $connection = Connect-FineTuning $server.Endpoint -SecretName text -Vault Work -PassThru
        $connection.KeySource | Should -Be 'secret text in vault Work'
    }

    It 'is sent as it is, so that a wrong one is refused' {
        $result = Invoke-Captured { Connect-FineTuning $server.Endpoint -SecretName wrong }
        $result.Terminating.FullyQualifiedErrorId | Should -BeLike 'AuthenticationFailed,*'
    }

    It 'is not what a hashtable is' {
        $result = Invoke-Captured { Connect-FineTuning $server.Endpoint -SecretName table }
        $result.Terminating.FullyQualifiedErrorId |
            Should -Be 'SecretOfWrongType,FineTuning.Commands.ConnectFineTuningCommand'
        $result.Terminating.CategoryInfo.Category | Should -Be 'InvalidType'
    }

    It 'that is not there is an error that says how to add it' {
        $result = Invoke-Captured { Connect-FineTuning $server.Endpoint -SecretName nowhere }
        $result.Terminating.FullyQualifiedErrorId |
            Should -Be 'SecretNotFound,FineTuning.Commands.ConnectFineTuningCommand'
        $result.Terminating.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        Get-ErrorText $result.Terminating |
            Should -BeLike 'The secret nowhere is not in the registered vaults.*Set-Secret*'
        Get-FineTuningConnection | Should -BeNullOrEmpty
    }

    It 'cannot come out of a vault that is not there' {
        $result = Invoke-Captured { Connect-FineTuning $server.Endpoint -SecretName text -Vault NoSuchVault }
        $result.Terminating.FullyQualifiedErrorId |
            Should -Be 'SecretVaultNotFound,FineTuning.Commands.ConnectFineTuningCommand'
        Get-ErrorText $result.Terminating |
            Should -BeLike 'The account * has no secret vault NoSuchVault; it has Work.*'
        Get-ErrorText $result.Terminating | Should -Not -BeLike '*ErrorActionPreference*'
    }

    Context 'under the name OPENAI_API_KEY' {
        BeforeAll { Set-Secret OPENAI_API_KEY $secret -Vault Work }
        AfterAll { Remove-Secret OPENAI_API_KEY -Vault Work }

        It 'serves OpenAI without being named' {
            (Connect-FineTuning -SkipCheck -PassThru).KeySource | Should -Be 'secret OPENAI_API_KEY in vault Work'
        }

        It 'serves a script in strict mode' {
            Set-StrictMode -Version 3
            (Connect-FineTuning -SkipCheck -PassThru).KeySource | Should -Be 'secret OPENAI_API_KEY in vault Work'
        }

        It 'goes before the environment' {
            [Environment]::SetEnvironmentVariable('OPENAI_API_KEY', 'sk-of-the-environment')
            (Connect-FineTuning -SkipCheck -PassThru).KeySource | Should -Be 'secret OPENAI_API_KEY in vault Work'
        }

        It 'is not drawn to another host by a base address in the environment' {
            [Environment]::SetEnvironmentVariable('OPENAI_BASE_URL', 'https://example.invalid/v1')
            $result = Invoke-Captured { Get-FineTuningJob }
            $result.Terminating.FullyQualifiedErrorId | Should -BeLike 'NoKey,*'
        }

        It 'nor by -Endpoint' {
            $result = Invoke-Captured { Connect-FineTuning https://example.invalid/v1 -SkipCheck }
            $result.Terminating.FullyQualifiedErrorId | Should -BeLike 'NoKey,*'
        }

        It 'is told of where it is not for, without being read' {
            $result = Invoke-Captured { Connect-FineTuning https://example.invalid/v1 -SkipCheck -Verbose 4>&1 }
            "$($result.Output)" | Should -BeLike '*The vault Work has OPENAI_API_KEY, which is for api.openai.com and not for example.invalid*'
            $result.Terminating.ErrorDetails.RecommendedAction |
                Should -BeLike 'The vault Work has OPENAI_API_KEY, which is for api.openai.com: if example.invalid is where you mean to go, name it with -SecretName*'
        }

        Context 'whose metadata names an endpoint' {
            AfterEach { Set-SecretInfo OPENAI_API_KEY -Vault Work -Metadata @{} }

            It 'goes to <to> if that is <metadata>' -ForEach @(
                @{ Metadata = 'example.invalid'; To = 'https://example.invalid/v1' }
                @{ Metadata = 'example.invalid:8443'; To = 'https://EXAMPLE.invalid:8443/v1' }
                @{ Metadata = 'https://example.invalid'; To = 'https://example.invalid:443/other/v1' }
                @{ Metadata = 'https://example.invalid/openai/v1'; To = 'https://example.invalid/v1' }
                @{ Metadata = 'http://127.0.0.1:9'; To = 'http://127.0.0.1:9/v1' }
            ) {
                Set-SecretInfo OPENAI_API_KEY -Vault Work -Metadata @{ endpoint = $Metadata }
                (Connect-FineTuning $To -SkipCheck -PassThru).KeySource |
                    Should -Be 'secret OPENAI_API_KEY in vault Work'
            }

            It 'does not go to <to> if it is for <metadata>' -ForEach @(
                @{ Metadata = 'example.invalid'; To = 'https://api.openai.com/v1' }
                @{ Metadata = 'example.invalid'; To = 'https://sub.example.invalid/v1' }
                @{ Metadata = 'example.invalid'; To = 'https://example.invalid:8443/v1' }
                @{ Metadata = 'http://example.invalid:443'; To = 'https://example.invalid/v1' }
                @{ Metadata = 'https://'; To = 'https://example.invalid/v1' }
                @{ Metadata = '*'; To = 'https://example.invalid/v1' }
            ) {
                Set-SecretInfo OPENAI_API_KEY -Vault Work -Metadata @{ Endpoint = $Metadata }
                $result = Invoke-Captured { Connect-FineTuning $To -SkipCheck }
                $result.Terminating.FullyQualifiedErrorId | Should -BeLike 'NoKey,*'
                $result.Terminating.ErrorDetails.RecommendedAction |
                    Should -BeLike "The vault Work has OPENAI_API_KEY, which is for *"
            }
        }

        It 'nor is it given to a local server that takes this very key' {
            $result = Invoke-Captured { Connect-FineTuning $server.Endpoint }
            $result.Terminating.FullyQualifiedErrorId | Should -BeLike 'AuthenticationFailed,*'
        }
    }

    It 'in a locked store is an immediate, plain error where nobody can be asked' {
        # In a home of its own: locking the store of this one would lock it for the tests that follow.
        $apart = (New-Item (Join-Path $TestDrive locked) -ItemType Directory).FullName
        $environment = @{ HOME = $apart; XDG_DATA_HOME = "$apart/data"; USERPROFILE = $apart; LOCALAPPDATA = "$apart/local" }
        # The first process has the store open, so that the second finds it locked.
        $first = Invoke-ChildPwsh -Environment $environment @'
Import-Module Microsoft.PowerShell.SecretStore
Reset-SecretStore -Authentication Password -Interaction None -Password (ConvertTo-SecureString word -AsPlainText -Force) -Force -WarningAction Ignore -Confirm:$false
Register-SecretVault -Name Work -ModuleName Microsoft.PowerShell.SecretStore -DefaultVault
Set-Secret text 'sk-locked'
Set-Secret OPENAI_API_KEY 'sk-locked'
'@
        $first.Errors | Should -BeNullOrEmpty
        $result = Invoke-ChildPwsh -Environment $environment @"
Import-Module '$(Get-TestManifest)'
try { Connect-FineTuning http://127.0.0.1:9/v1 -SecretName text -SkipCheck } catch { `$_.FullyQualifiedErrorId; "`$(`$_.ErrorDetails) `$(`$_.ErrorDetails.RecommendedAction)" }
try { Connect-FineTuning -SkipCheck 3>&1 } catch { `$_.FullyQualifiedErrorId }
"@
        $result.Output[0] | Should -Be 'SecretVaultLocked,FineTuning.Commands.ConnectFineTuningCommand'
        "$($result.Output)" | Should -BeLike '*The vault Work is locked.*Unlock-SecretStore*environment is used*'
        $result.Output[-1] | Should -Be 'NoKey,FineTuning.Commands.ConnectFineTuningCommand'
    }
}
