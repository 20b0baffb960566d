# Runs every example of every help page against a local server, and reads the help as Get-Help shows it.
#
# All of it happens in one child process with a home of its own, so that no example meets the user's servers, vaults or keys, and nothing
# stays behind. This file is also what the child runs: with -World it does the work of the folder and writes what came of it there.
param([string] $World)

if ($World) {
    Set-StrictMode -Version 3.0
    $ErrorActionPreference = 'Stop'
    $ProgressPreference = 'SilentlyContinue'
    $PSStyle.OutputRendering = 'PlainText'
    $task = Get-Content (Join-Path $World task.json) -Raw | ConvertFrom-Json
    Import-Module $task.Module
    $unfinished = 'validating_files', 'queued', 'running', 'pausing', 'paused', 'resuming'
    $samples = Join-Path $World samples

    function New-Samples {
        # A few lines of the real sample, so that a job takes a moment only.
        $null = New-Item $samples, $samples/data, $samples/backup -ItemType Directory -Force
        Get-Content "$($task.Samples)/helpdesk-train.jsonl" -TotalCount 24 | Set-Content $samples/train.jsonl
        Get-Content "$($task.Samples)/helpdesk-valid.jsonl" -TotalCount 8 | Set-Content $samples/valid.jsonl
        Copy-Item $samples/train.jsonl, $samples/valid.jsonl $samples/data
        Copy-Item $samples/train.jsonl $samples/tickets.jsonl
        Copy-Item $samples/train.jsonl $samples/large.jsonl
        $null = New-Item $samples/parts -ItemType Directory -Force
        foreach ($file in 'sharegpt.json', 'parts/a.jsonl', 'parts/b.jsonl') {
            1..6 | ForEach-Object {
                "{`"conversations`":[{`"from`":`"human`",`"value`":`"$file $_`"},{`"from`":`"gpt`",`"value`":`"$_`"}]}"
            } | Set-Content $samples/$file
        }
        $lines = Get-Content $samples/train.jsonl
        "$($lines[0]),`r`n`r`n" + (($lines -join "`r`n") + "`r`n") | Set-Content $samples/exported.jsonl -NoNewline
        $prompt = { "{`"messages`":[{`"role`":`"user`",`"content`":`"Request $_`"}],`"queue`":`"queue $_`"}" }
        1..12 | ForEach-Object $prompt | Set-Content $samples/prompts.jsonl
        13..14 | ForEach-Object $prompt | Set-Content $samples/prompts-valid.jsonl
        1..12 | ForEach-Object {
            "{`"input`":{`"messages`":[{`"role`":`"user`",`"content`":`"Request $_`"}]},`"preferred_output`":[{`"role`":`"assistant`",`"content`":`"yes $_`"}]," +
            "`"non_preferred_output`":[{`"role`":`"assistant`",`"content`":`"no $_`"}]}"
        } | Set-Content $samples/preferences.jsonl
        '{"question":"Which queue?"}' | Set-Content $samples/questions.jsonl
        1..12 | ForEach-Object { [pscustomobject]@{ Subject = "Request $_"; Body = 'Please help.'; Queue = "queue $_" } } | Export-Csv $samples/tickets.csv
        1..12 | ForEach-Object { [pscustomobject]@{ question = "Question $_"; answer = "Answer $_" } } | Export-Csv $samples/faq.csv
        1..12 | ForEach-Object { [pscustomobject]@{ model_sample = "Answer $_"; answer = "Answer $($_ % 9)" } } | Export-Csv $samples/answers.csv
        '{"model_sample":"{\"queue\":\"billing\"}"}', '{"model_sample":"billing"}' | Set-Content $samples/samples.jsonl
        1..12 | ForEach-Object { [pscustomobject]@{ prompt = "Request $_"; chosen = 'yes'; rejected = 'no' } } | Export-Csv $samples/compared.csv
        'user', 'assistant' | ForEach-Object { $speaker = $_; 1..12 | ForEach-Object { [pscustomobject]@{ Conversation = $_; Speaker = $speaker; Text = "Text $_" } } } |
            Export-Csv $samples/chats.csv
    }

    function New-Job([string[]] $Files, [hashtable] $More = @{}) {
        New-FineTuningJob local-small $Files[0] -EpochCount 1 -BatchSize 8 -Seed 1 @More
    }

    function New-LongJob {
        # It trains until it is stopped: nobody waits for its end.
        New-FineTuningJob local-small "$($task.Samples)/helpdesk-train.jsonl" -EpochCount 50 -BatchSize 1
    }

    function New-World {
        # What the ids in the examples stand for.
        $file = Send-FineTuningFile $samples/train.jsonl
        $done = New-FineTuningJob gpt-4o-mini $file -ValidationFile $samples/valid.jsonl -EpochCount 3 -Metadata @{ team = 'support' } -Wait
        $other = New-Job $file.Id @{ Wait = $true }
        $broken = Join-Path $World broken.jsonl
        'no json' | Set-Content $broken
        $bad = Send-FineTuningFile $broken -SkipCheck
        $null = New-FineTuningJob local-small $bad -Wait -ErrorAction SilentlyContinue
        @{
            'ftjob-abc123' = $done.Id; 'ftjob-def456' = $other.Id; 'file-abc123' = $file.Id; 'file-def456' = $done.ResultFiles[0]
            'ft:gpt-4o-mini:acme:support:abc123' = $done.FineTunedModel
        }
    }

    function Initialize-Example($Case, [hashtable] $Ids) {
        # Some examples need things in a state of their own, and some use them up.
        switch ($Case.Page) {
            { $_ -in 'Stop-FineTuningJob', 'Suspend-FineTuningJob' } {
                $job = New-LongJob
                $null = Get-FineTuningEvent $job -Follow | Where-Object Message -Match 'job started' | Select-Object -First 1
                $Ids['ftjob-abc123'] = $job.Id
            }
            'Resume-FineTuningJob' {
                # Behind a job that trains it cannot have ended before it is paused.
                $first = New-LongJob
                $Ids['ftjob-abc123'] = (New-Job $Ids['file-abc123'] | Suspend-FineTuningJob).Id
                $null = Stop-FineTuningJob $first
            }
            'Wait-FineTuningJob' { $null = New-Job $Ids['file-abc123'] }
            'Remove-FineTuningFile' {
                $file = Send-FineTuningFile $samples/train.jsonl -Force
                $Ids['file-abc123'] = $file.Id
                $Ids['ftjob-abc123'] = (New-Job $file.Id @{ Wait = $true }).Id
            }
            'Remove-FineTunedModel' {
                $job = New-Job $Ids['file-abc123'] @{ Wait = $true }
                $Ids['ftjob-abc123'] = $job.Id
                $Ids['ft:gpt-4o-mini:acme:support:abc123'] = $job.FineTunedModel
            }
            { $_ -in 'Get-CheckpointPermission', 'Revoke-CheckpointPermission' } {
                $null = Grant-CheckpointPermission $Ids['ft:gpt-4o-mini:acme:support:abc123'] proj_abc123
            }
        }
        $Ids
    }

    function Get-FreePort {
        $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $listener.LocalEndpoint.Port
        $listener.Stop()
    }

    function Invoke-Example($Case, [string] $Endpoint, [hashtable] $Ids) {
        $folder = Join-Path $World "work/$($Case.Page) $($Case.Number)"
        $null = New-Item (Split-Path $folder) -ItemType Directory -Force
        Copy-Item $samples $folder -Recurse
        $code = $Case.Code
        foreach ($id in $Ids.Keys) { $code = $code.Replace($id, $Ids[$id]) }

        # Every service is the server of this test.
        $code = $code.Replace('-AzureResource my-resource', "-Endpoint $Endpoint").Replace('http://127.0.0.1:8000/v1', $Endpoint)
        $code = $code.Replace('Connect-FineTuning OpenAI', "Connect-FineTuning $Endpoint").Replace('8123', (Get-FreePort))

        $runspace = [runspacefactory]::CreateRunspace([initialsessionstate]::CreateDefault2())
        $runspace.Open()
        $shell = [powershell]::Create()
        $shell.Runspace = $runspace
        try {
            $null = $shell.AddScript({
                param($Module, $Folder, $Endpoint, $OwnServer)
                $ErrorActionPreference = 'Stop'
                $global:ProgressPreference = 'SilentlyContinue'
                $global:ConfirmPreference = 'None'
                function global:Read-Host([string] $Prompt, [switch] $AsSecureString) {
                    $key = [securestring]::new()
                    'sk-test-typed-by-hand'.ToCharArray() | ForEach-Object { $key.AppendChar($_) }
                    $key
                }
                Import-Module $Module
                Set-Location $Folder
                if ($OwnServer) { Start-FineTuningServer -Memory } elseif ($Endpoint) { Connect-FineTuning $Endpoint -SkipCheck }
            }).AddArgument($task.Module).AddArgument($folder).AddArgument($Endpoint).AddArgument($Case.OwnServer).Invoke()
            $shell.Commands.Clear()
            $null = $shell.AddScript($code)
            $run = $shell.BeginInvoke()
            $failures = @()
            $output = @()
            if ($run.AsyncWaitHandle.WaitOne([timespan]::FromMinutes(3))) {
                try { $output = @($shell.EndInvoke($run)) } catch { $failures += "$_" }
            } else {
                $shell.Stop()
                $failures += 'It had not ended after three minutes.'
            }
            $failures += @($shell.Streams.Error | ForEach-Object { "$($_.FullyQualifiedErrorId): $_" })
            $failures += @($shell.Streams.Warning | ForEach-Object { "warning: $_" })
            @{ Name = "$($Case.Page) $($Case.Number)"; Failures = @($failures); Output = $output.Count }
        } finally {
            $shell.Dispose()
            $runspace.Dispose()
        }
    }

    function Stop-NewServer([int[]] $Except) {
        Get-FineTuningServer | Where-Object ProcessId -NotIn $Except | Stop-FineTuningServer
    }

    function Get-Shown {
        # What Get-Help shows, for the test to compare with the pages. What is not there is not in the object either.
        Set-StrictMode -Off
        foreach ($command in Get-Command -Module FineTuning) {
            $help = Get-Help $command.Name -Full
            @{
                Name = $command.Name
                Synopsis = $help.Synopsis
                Description = ($help.description | ForEach-Object Text) -join "`n"
                Examples = @($help.examples.example | ForEach-Object { @{ Code = $_.code; Remarks = ($_.remarks | ForEach-Object Text) -join "`n" } })
                Parameters = @($help.parameters.parameter | Where-Object { $_ } | ForEach-Object { @{ Name = $_.name; Text = ($_.description | ForEach-Object Text) -join "`n" } })
                Full = $help | Out-String -Width 100
                ExamplesText = Get-Help $command.Name -Examples | Out-String -Width 100
                OneParameter = @($command.Parameters.Keys | Where-Object { $_ -notin [System.Management.Automation.PSCmdlet]::CommonParameters } |
                    Where-Object { -not (Get-Help $command.Name -Parameter $_ | Out-String).Trim() })
            }
        }
    }

    function Initialize-Vault {
        # Its folder follows HOME, which is ours here; on Windows it does not, so there the user's own vault is left in peace.
        $modules = 'Microsoft.PowerShell.SecretManagement', 'Microsoft.PowerShell.SecretStore'
        if ($IsWindows -or @(Get-Module $modules -ListAvailable | Select-Object Name -Unique).Count -lt 2) { return $false }
        Import-Module $modules
        $password = [securestring]::new()
        'test'.ToCharArray() | ForEach-Object { $password.AppendChar($_) }
        Reset-SecretStore -Authentication None -Interaction None -Scope CurrentUser -Force -WarningAction Ignore
        Register-SecretVault Personal -ModuleName Microsoft.PowerShell.SecretStore -DefaultVault
        'OPENAI_API_KEY', 'azure-openai', 'gateway' | ForEach-Object { Set-Secret $_ -Secret "sk-test-$_" }
        Set-Secret openai-admin -Secret sk-admin-test-key
        $true
    }

    function Invoke-AllExamples {
        $results.HasVault = Initialize-Vault
        $server = Start-FineTuningServer -Memory -PassThru
        New-Samples
        $ids = New-World
        $env:OPENAI_BASE_URL = $server.Endpoint
        $env:OPENAI_API_KEY = 'local'
        $env:OPENAI_ADMIN_KEY = 'sk-admin-local'

        # Examples about servers come last: one of them stops all there are.
        foreach ($case in $task.Cases | Sort-Object { $_.OwnServer -or $_.Starts }, Page, Number) {
            if ($case.Skip -or ($case.NeedsVault -and -not $results.HasVault)) { continue }
            if ($case.OwnServer -or $case.Starts) {
                $results.Examples += Invoke-Example $case $null @{}
                Stop-NewServer $before
            } else {
                $results.Examples += Invoke-Example $case $server.Endpoint (Initialize-Example $case $ids.Clone())
                $null = Get-FineTuningJob -Status $unfinished | Stop-FineTuningJob -ErrorAction SilentlyContinue
            }
        }
    }

    $before = @(Get-FineTuningServer | ForEach-Object ProcessId)
    $results = @{ Examples = @(); Error = $null }
    try {
        $results.Help = @(Get-Shown)
        $results.Topics = @($task.Topics | ForEach-Object { @{ Name = $_; Text = Get-Help $_ -ErrorAction SilentlyContinue | Out-String -Width 100 } })
        if ($task.Cases) { Invoke-AllExamples }
    } catch {
        $results.Error = "$_`n$($_.ScriptStackTrace)"
    } finally {
        Stop-NewServer $before
        $results.Left = @(Get-FineTuningServer | Where-Object ProcessId -NotIn $before | ForEach-Object ProcessId)
        $results | ConvertTo-Json -Depth 6 | Set-Content (Join-Path $World results.json)
    }
    exit 0
}

BeforeDiscovery {
    $root = (Resolve-Path "$PSScriptRoot/../..").Path

    $notOnWindows = @{
        'Start-FineTuningServer 2' = 'the folder of the user cannot be moved for a test on Windows'
        'Stop-FineTuningServer 2' = 'it would stop the servers of the user, who cannot be hidden on Windows'
        'Stop-FineTuningServer 3' = 'it would stop the servers of the user, who cannot be hidden on Windows'
    }

    # The few that rightly emit nothing although their cmdlet does.
    $quiet = @{
        'Get-FineTunedModel 3' = 'nothing is retired'
        'Get-FineTuningEvent 4' = 'nothing more happens in a job that has ended'
        'Get-FineTuningServer 2' = 'it only connects'
        'Get-FineTuningServer 3' = 'nothing trains'
        'Get-FineTuningServerFault 2' = 'nothing was hit'
        'Get-FineTuningServerRequest 2' = 'nothing was hit'
        'Repair-FineTuningDataset 3' = 'all was mended'
        'Send-FineTuningFile 3' = 'it writes a file'
        'Test-FineTuningDataset 3' = 'the file is good'
        'Test-FineTuningDataset 4' = 'it writes a file'
        'Test-FineTuningDataset 5' = 'there are no secrets'
        'Invoke-FineTunedModel 4' = 'it writes a file'
        'Measure-FineTuningDataset 4' = 'it is cheap enough'
        'Wait-FineTuningJob 2' = 'the job may have ended before it is looked for'
        'Wait-FineTuningJob 3' = 'it speaks only if the job had not ended'
    }

    $pages = @(Get-ChildItem "$root/docs/help" -Filter *-*.md | ForEach-Object {
        $text = (Get-Content $_ -Raw).Replace("`r", '')
        @{
            Page = $_.BaseName
            Synopsis = [regex]::Match($text, '(?s)## SYNOPSIS\n\n(.+?)\n\n').Groups[1].Value
            Parameters = @([regex]::Matches($text, '(?m)^### -(\w+)\n\n([^\n]+)') | ForEach-Object { @{ Name = $_.Groups[1].Value; Text = $_.Groups[2].Value } })
            Examples = @([regex]::Matches($text, '(?ms)^### Example (\d+): ([^\n]+)\n\n```powershell\n(.*?)\n```') | ForEach-Object {
                @{ Number = [int] $_.Groups[1].Value; Title = $_.Groups[2].Value; Code = $_.Groups[3].Value }
            })
        }
    })
    $topics = @(Get-ChildItem "$root/docs/about" -Filter about_*.md | ForEach-Object {
        $text = (Get-Content $_ -Raw).Replace("`r", '')
        @{
            Topic = $_.BaseName
            Short = [regex]::Match($text, '(?s)## Short description\n\n(.+?)\n').Groups[1].Value
            Code = @([regex]::Matches($text, '(?ms)^```powershell\n(.*?)\n```') | ForEach-Object { $_.Groups[1].Value })
        }
    })
    # The examples run once: with another staging the same cmdlets would do the same.
    $exampled = if (-not $env:FINETUNING_TEST_RUN -or $env:FINETUNING_TEST_RUN -eq 'net8.0') { $pages }
    $cases = @(foreach ($page in $exampled) {
        foreach ($example in $page.Examples) {
            $name = "$($page.Page) $($example.Number)"
            $starts = $example.Code -match '\bStart-FineTuningServer\b'
            @{
                Name = $name; Page = $page.Page; Number = $example.Number; Title = $example.Title; Code = $example.Code; Starts = $starts
                OwnServer = -not $starts -and $page.Page -match 'FineTuningServer(Fault|Request)?$'
                NeedsVault = $example.Code -match '-Secret(Name)?\b'
                Skip = if (($PSVersionTable.PSEdition -eq 'Desktop' -or $IsWindows) -and $notOnWindows.ContainsKey($name)) { $notOnWindows[$name] }
                Speaks = $page.Page -match '^(Get|Grant|Invoke|New|Send|Receive|Wait|Suspend|Resume|Test|Measure|Split|Repair)-' -and $example.Code -notmatch '-WhatIf' -and -not $quiet.ContainsKey($name)
            }
        }
    })
}

Describe 'Help' -ForEach @{ AllCases = $cases; AllTopics = @($topics.Topic) } {
    BeforeAll {
        $root = (Resolve-Path "$PSScriptRoot/../..").Path
        $module = if ($env:FINETUNING_TEST_MODULE) { $env:FINETUNING_TEST_MODULE } else { Join-Path $root FineTuning.psd1 }
        $world = Join-Path ([IO.Path]::GetTempPath()) "finetuning-help-tests-$PID"
        $null = New-Item $world, $world/home -ItemType Directory -Force
        @{ Module = $module; Samples = "$root/samples"; Cases = $AllCases; Topics = $AllTopics } | ConvertTo-Json -Depth 4 | Set-Content $world/task.json

        # Nothing of the user's gets in: neither home, nor keys, nor endpoints.
        $own = @{ HOME = "$world/home"; XDG_DATA_HOME = ''; XDG_CONFIG_HOME = ''; OPENAI_API_KEY = ''; OPENAI_ADMIN_KEY = ''; OPENAI_BASE_URL = ''; OPENAI_ORG_ID = ''; OPENAI_PROJECT_ID = ''; LC_ALL = 'en_US.UTF-8' }
        $saved = @{}
        foreach ($name in $own.Keys) { $saved[$name] = [Environment]::GetEnvironmentVariable($name) }
        try {
            # PowerShell would make an empty text of null, and an empty variable is still one.
            foreach ($name in $own.Keys) { [Environment]::SetEnvironmentVariable($name, $(if ($own[$name]) { $own[$name] } else { [NullString]::Value })) }
            $said = & (Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')) -NoLogo -NoProfile -NonInteractive -File $PSCommandPath -World $world 2>&1 | Out-String
        } finally {
            foreach ($name in $own.Keys) { [Environment]::SetEnvironmentVariable($name, $(if ($null -ne $saved[$name]) { $saved[$name] } else { [NullString]::Value })) }
        }
        if (-not (Test-Path $world/results.json)) { throw "The examples could not be run: $said" }
        $results = Get-Content $world/results.json -Raw | ConvertFrom-Json
        if ($results.Error) { throw "The examples could not be run: $($results.Error)" }
        $ran = @{}
        foreach ($result in $results.Examples) { $ran[$result.Name] = $result }
        $shown = @{}
        foreach ($help in $results.Help) { $shown[$help.Name] = $help }
        if ($said.Trim()) { Write-Warning $said }
    }

    AfterAll {
        if ($world -and (Test-Path $world)) { Remove-Item $world -Recurse -Force }
    }

    if ($cases) {
        It 'runs example <Number> of <Page>: <Title>' -ForEach $cases {
            if ($Skip) { Set-ItResult -Skipped -Because $Skip; return }
            if ($NeedsVault -and -not $results.HasVault) { Set-ItResult -Skipped -Because 'SecretManagement and SecretStore are not installed, or cannot be kept apart from the user''s'; return }
            $ran.ContainsKey($Name) | Should -BeTrue -Because 'it should have been run'
            $ran[$Name].Failures | Should -BeNullOrEmpty
            if ($Speaks) { $ran[$Name].Output | Should -BeGreaterThan 0 -Because 'an example should show something' }
        }
    }

    It 'shows the page of <Page>' -ForEach $pages {
        $help = $shown[$Page]
        $help.Synopsis.Trim() | Should -Be $Synopsis
        $help.Description | Should -Match '\S{3}'
        @($help.Examples).Count | Should -Be $Examples.Count
        for ($i = 0; $i -lt $Examples.Count; $i++) {
            $help.Examples[$i].Code.Trim() | Should -Be $Examples[$i].Code
            $help.Examples[$i].Remarks | Should -Match '\S{3}' -Because 'an example has a sentence'
        }
        foreach ($parameter in $Parameters) {
            ($help.Parameters | Where-Object Name -EQ $parameter.Name).Text | Should -Be $parameter.Text
        }
        $help.OneParameter | Should -BeNullOrEmpty -Because '-Parameter shows each'
        $help.ExamplesText | Should -Match 'Example 1: '
        $help.Full | Should -Not -Match '\p{Cc}(?<![\r\n])|```|Online Version|\.md\b'
    }

    It 'finds <Topic>' -ForEach $topics {
        $text = ($results.Topics | Where-Object Name -EQ $Topic).Text
        $text | Should -Match "TOPIC\s+$Topic\b"
        $text.Contains($Short) | Should -BeTrue
        @($text -split '\r?\n' | Where-Object Length -GT 80) | Should -BeNullOrEmpty
    }

    It 'gives code in <Topic> that parses and names parameters that exist' -ForEach $topics {
        foreach ($block in $Code) {
            $faults = $null
            $tree = [System.Management.Automation.Language.Parser]::ParseInput($block, [ref] $null, [ref] $faults)
            $faults | Should -BeNullOrEmpty
            foreach ($use in $tree.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)) {
                $help = $shown["$($use.GetCommandName())"]
                if (-not $help) { continue }
                foreach ($parameter in $use.CommandElements | Where-Object { $_ -is [System.Management.Automation.Language.CommandParameterAst] }) {
                    $help.Parameters.Name | Should -Contain $parameter.ParameterName
                }
            }
        }
    }

    It 'leaves no server behind' {
        $results.Left | Should -BeNullOrEmpty
    }
}
