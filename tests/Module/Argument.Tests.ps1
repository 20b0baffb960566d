# What users give and cmdlets take at binding: words in any case, and objects of every wrong kind. The cases are made of
# the cmdlets themselves, so a new parameter is tested without a new row.
BeforeDiscovery {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $commands = Get-Command -Module FineTuning -CommandType Cmdlet

    function Get-Word1($Parameter) {
        # Each word that a parameter knows, as it is spelt.
        $type = $Parameter.ParameterType
        if ($type.IsArray) { $type = $type.GetElementType() }
        if ([Nullable]::GetUnderlyingType($type)) { $type = [Nullable]::GetUnderlyingType($type) }
        $set = @($Parameter.Attributes | Where-Object { $_ -is [ValidateSet] })
        if ($set) { return $set.ValidValues }
        if ($type.IsEnum -and $type -ne [Management.Automation.ActionPreference]) { return [enum]::GetNames($type) }
        $words = $Parameter.Attributes | Where-Object { $_.GetType().Name -eq 'WordsAttribute' }
        if (-not $words) { return }
        # What the completer offers is what the attribute knows.
        $none = [Management.Automation.Language.CommandAst] $null
        [Activator]::CreateInstance($words.Completer).CompleteArgument('', '', '', $none, @{}).CompletionText
    }

    function Get-Spelling([string] $Word) {
        $mixed = -join (0..($Word.Length - 1) | ForEach-Object {
                if ($_ % 2) { [char]::ToLowerInvariant($Word[$_]) } else { [char]::ToUpperInvariant($Word[$_]) }
            })
        @($Word, $Word.ToLowerInvariant(), $Word.ToUpperInvariant(), $mixed)
    }

    $words = foreach ($command in $commands) {
        foreach ($parameter in $command.Parameters.Values) {
            foreach ($word in Get-Word1 $parameter) {
                foreach ($given in (Get-Spelling $word | Sort-Object -CaseSensitive -Unique)) {
                    @{ command = $command.Name; name = $parameter.Name; given = $given; word = $word }
                }
            }
            if ($parameter.Name -eq 'Method') {
                foreach ($pair in @('SFT', 'supervised'), @('RFT', 'reinforcement')) {
                    foreach ($given in (Get-Spelling $pair[0] | Sort-Object -CaseSensitive -Unique)) {
                        @{ command = $command.Name; name = 'Method'; given = $given; word = $pair[1] }
                    }
                }
            }
        }
    }

    # The other parameters that a call needs to come to its work; {0} is the one that is tested.
    $calls = @{
        'Connect-FineTuning/TokenProvider' = { param($with) Connect-FineTuning $endpoint -Name odd @with }
        'Connect-FineTuning/Header' = { param($with) Connect-FineTuning $endpoint -Name odd @with }
        'Connect-FineTuning/ProxyCredential' = { param($with) Connect-FineTuning $endpoint -Name odd -SkipCheck @with }
        'ConvertTo-FineTuningDataset/InputObject' = { param($with) ConvertTo-FineTuningDataset @with }
        'Get-FineTuningJob/Metadata' = { param($with) Get-FineTuningJob @with }
        'Invoke-FineTunedModel/Message' = { param($with) Invoke-FineTunedModel local-small @with }
        'Invoke-FineTunedModel/InputObject' = { param($with) Invoke-FineTunedModel local-small @with }
        'Invoke-FineTunedModel/Grader' = { param($with) Invoke-FineTunedModel local-small -Evaluate $train @with }
        'Invoke-FineTunedModel/Option' = { param($with) Invoke-FineTunedModel local-small -Prompt hello @with }
        'Invoke-Grader/Grader' = { param($with) Invoke-Grader -Sample text @with }
        'Invoke-Grader/Item' = { param($with) Invoke-Grader $grader -Sample text @with }
        'Invoke-Grader/InputObject' = { param($with) Invoke-Grader $grader @with }
        'New-FineTuningJob/Grader' = { param($with) New-FineTuningJob local-small $train -WhatIf @with }
        'New-FineTuningJob/Metadata' = { param($with) New-FineTuningJob local-small $train -WhatIf @with }
        'New-Grader/InputTemplate' = { param($with) New-Grader -Type string_check -Name a -Reference b @with }
        'New-Grader/SamplingParameter' = { param($with) New-Grader -Name a -InputTemplate b -Model c @with }
        'New-Grader/Grader' = { param($with) New-Grader -Name a -CalculateOutput a @with }
        'Set-FineTuningServerFault/Fault' = { param($with) Set-FineTuningServerFault @with }
        'Start-FineTuningServer/Fault' = { param($with) Start-FineTuningServer -Memory -WhatIf @with }
        'Test-Grader/Grader' = { param($with) Test-Grader @with }
        'Test-Grader/Item' = { param($with) Test-Grader $grader @with }
    }
    $kinds = @{
        'nothing' = { $null }
        'a list of nothing' = { , @($null) }
        'an empty list' = { , @() }
        'an empty table' = { @{} }
        'an empty text' = { '' }
        'a blank text' = { "  `r`n" }
        'an empty object' = { [pscustomobject]@{} }
        'an empty block' = { {} }
        'a block of nothing' = { { $null } }
        'a block of an empty table' = { { @{} } }
        'a block of a number' = { { 7 } }
        'a block that fails' = { { throw 'not today' } }
        'a number' = { 7 }
        'a date' = { [datetime] '2026-03-04' }
        'a bare object' = { [object]::new() }
        'a table of nothing' = { @{ a = $null } }
        'a table with a number as its key' = { @{ 1 = 2 } }
        'a table in a table' = { @{ a = @{ b = $null } } }
        'a table with a block' = { @{ a = { 1 } } }
        'a list of lists' = { , @(@(1, 2), @()) }
        'half a character' = { "$([char] 0xD800)" }
        'a service object' = { Get-FineTuningConnection }
    }
    $plain = [scriptblock], [hashtable], [Collections.IDictionary], [object], [psobject], [pscredential]
    $objects = foreach ($command in $commands) {
        foreach ($parameter in $command.Parameters.Values) {
            $type = $parameter.ParameterType
            if ($type.IsArray) { $type = $type.GetElementType() }
            if ($type -notin $plain) { continue }
            foreach ($kind in $kinds.Keys) {
                $key = "$($command.Name)/$($parameter.Name)"
                @{ command = $command.Name; name = $parameter.Name; kind = $kind; make = $kinds[$kind]; call = $calls[$key] }
            }
        }
    }
}

BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $server = Start-FineTuningServer -Memory -PassThru
    $endpoint = $server.Endpoint
    $train = New-TestDataset (Join-Path $TestDrive train.jsonl)
    $grader = @{ type = 'string_check'; name = 'g'; operation = 'eq'; input = 'a'; reference = 'b' }
    $raw = '^System\.|NullReference|KeyNotFound|InvalidCast|IndexOutOfRange|ArgumentOutOfRange|ArgumentNull'
    $ours = 'Object reference not set|given key|Unable to cast|\(Parameter ''|Value cannot be null'

    function Get-Bound($Command, [string] $Name, $Value) {
        # What a parameter becomes at binding, by its own attributes.
        $parameter = (Get-Command $Command).Parameters[$Name]
        foreach ($attribute in $parameter.Attributes) {
            if ($attribute -is [Management.Automation.ArgumentTransformationAttribute]) {
                $Value = $attribute.Transform($ExecutionContext, $Value)
            }
        }
        [Management.Automation.LanguagePrimitives]::ConvertTo($Value, $parameter.ParameterType)
    }
}

AfterAll { $server | Stop-FineTuningServer }

Describe 'A known word' {
    It '<command> -<name> takes <given> as <word>' -ForEach $words {
        @(Get-Bound $command $name $given)[0].ToString() | Should -BeExactly $word
    }

    It 'is taken by the work itself: <_>' -ForEach 'DPO', 'Dpo', 'dpo', 'Supervised', 'SFT', 'sft', 'RFT' {
        $method = $_
        $row = switch ($method) {
            { $_ -in 'dpo' } { '{{"input":{{"messages":[{{"role":"user","content":"q{0}"}}]}},"preferred_output":[{{"role":"assistant","content":"a"}}],"non_preferred_output":[{{"role":"assistant","content":"b"}}]}}' }
            { $_ -in 'rft' } { '{{"messages":[{{"role":"user","content":"q{0}"}}],"answer":"a"}}' }
            default { '{{"messages":[{{"role":"user","content":"q{0}"}},{{"role":"assistant","content":"a{0}"}}]}}' }
        }
        $path = Join-Path $TestDrive "$($method.ToLowerInvariant()).jsonl"
        1..12 | ForEach-Object { $row -f $_ } | Set-Content $path
        (Test-FineTuningDataset $path -Method $method).ErrorCount | Should -Be 0
        $with = if ($method -eq 'RFT') { @{ Grader = $grader } } else { @{} }
        $job = New-FineTuningJob local-small $path -Method $method -EpochCount 1 @with
        $job.Method | Should -Be @{ dpo = 'dpo'; supervised = 'supervised'; sft = 'supervised'; rft = 'reinforcement' }[$method]
        $job | Stop-FineTuningJob -Confirm:$false -ErrorAction Ignore
    }
}

Describe 'An object of any kind' {
    It '<command> -<name> takes or refuses <kind>, and breaks on none' -ForEach $objects {
        $call | Should -Not -BeNullOrEmpty -Because 'every parameter has a call in the table'
        $with = @{ $name = (& $make) }
        $result = Invoke-Captured { & $call $with }
        foreach ($record in @($result.Errors) + @($result.Terminating | Where-Object { $_ })) {
            $record.FullyQualifiedErrorId | Should -Not -Match $raw -Because "$record"
            if ($record.Exception -isnot [Management.Automation.ParameterBindingException]) {
                Get-ErrorText $record | Should -Not -Match $ours
            }
        }
    }
}

Describe 'An id as it was pasted' {
    BeforeAll {
        $file = Send-FineTuningFile $train
        $job = New-FineTuningJob local-small $file -Wait
        $ids = @{
            'Get-FineTuningJob' = $job.Id; 'Get-FineTuningEvent' = $job.Id; 'Get-FineTuningCheckpoint' = $job.Id
            'Wait-FineTuningJob' = $job.Id; 'Get-FineTuningFile' = $file.Id; 'Get-FineTunedModel' = $job.FineTunedModel
        }
    }

    It '<command> takes it with <what> behind it' -ForEach $(
        foreach ($command in 'Get-FineTuningJob', 'Get-FineTuningEvent', 'Get-FineTuningCheckpoint', 'Wait-FineTuningJob', 'Get-FineTuningFile', 'Get-FineTunedModel') {
            @{ command = $command; what = 'a blank'; end = ' ' }
            @{ command = $command; what = 'a carriage return'; end = "`r" }
        }
    ) {
        $plain = & $command $ids[$command] -ErrorAction Stop
        $pasted = & $command "$($ids[$command])$end" -ErrorAction Stop
        @($pasted).Id | Should -Be @($plain).Id
        @($pasted) | Should -Not -BeNullOrEmpty
    }
}
