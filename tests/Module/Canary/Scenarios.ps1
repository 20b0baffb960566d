# What is done with each cmdlet. Every exported cmdlet has to be here. The scripts run in a session that is connected
# to a local server with all marked secrets, and where $train is a dataset, $server the local server, and $file,
# $spare and $job what was made there; Long makes a job.   Call     what is repeated against each fault of the
# gateway, with -Connection behind it   Taken    faults that are an answer to it, and no error   Success  what works,
# with and without -Verbose -Debug   Failure  what goes wrong without a service: wrong arguments and mistakes such as
# a key in the place of an id
@{
    'Clear-FineTuningServerFault'  = @{
        Success = '$null = Set-FineTuningServerFault "GetJob:delay_ms=1"; Clear-FineTuningServerFault'
        Failure = 'Clear-FineTuningServerFault $(Plain key)', 'Clear-FineTuningServerFault -NoSuch $(Plain key)'
    }
    'Connect-FineTuning'           = @{
        Success = @(
            'Connect-FineTuning $server.Endpoint -ApiKey $(Secure key) -PassThru'
            ('Connect-FineTuning $server.Endpoint -ApiKey $(Secure key) -Header @{ "X-Canary" = $(Secure header); ' +
            '"X-Open" = "open" } -Name first -Save -PassThru')
            'Connect-FineTuning -Name first -ApiKey $(Secure key) -Header @{ "X-Canary" = $(Secure header) } -PassThru'
            'Connect-FineTuning $server.Endpoint -SecretName key -AdminSecretName admin -Name second -Save -PassThru'
            'Connect-FineTuning -Name second -PassThru -SkipCheck'
            'Connect-FineTuning $server.Endpoint -AccessToken $(Secure bearer) -SkipCheck -PassThru'
            'Connect-FineTuning $server.Endpoint -TokenProvider { Secure token } -SkipCheck -PassThru'
            ('Connect-FineTuning $server.Endpoint -TokenProvider { [pscustomobject]@{ Token = Secure token; ' +
            'ExpiresOn = [datetimeoffset]::Now.AddHours(1) } } -SkipCheck -PassThru')
            ('Connect-FineTuning https://example.invalid/v1 -ApiKey $(Secure key) -ApiVersion 2024-10-21 -SkipCheck ' +
            '-PassThru')
            ('Connect-FineTuning https://example.invalid/v1 -ApiKey $(Secure key) -Proxy http://proxy.example:8080 ' +
            '-ProxyCredential ([pscredential]::new("me", $(Secure proxy))) -SkipCheck -PassThru -Name third -Save')
            'Connect-FineTuning OpenAI -SkipCheck -PassThru'
        )
        Failure = @(
            'Connect-FineTuning $server.Endpoint -ApiKey $(Plain key)'
            'Connect-FineTuning $server.Endpoint -AccessToken $(Plain bearer)'
            'Connect-FineTuning $server.Endpoint -ApiKey $(Secure bearer)'
            'Connect-FineTuning $(Plain key) -ApiKey $(Secure key)'
            'Connect-FineTuning "https://user:$(Plain proxy)@example.invalid/v1" -ApiKey $(Secure key) -SkipCheck'
            'Connect-FineTuning "user:$(Plain proxy)@example.invalid/v1" -ApiKey $(Secure key) -SkipCheck'
            'Connect-FineTuning "https://example.invalid/v1?api-key=$(Plain key)" -ApiKey $(Secure key) -SkipCheck'
            'Connect-FineTuning "https://example.invalid/v1?code=$(Plain header)" -ApiKey $(Secure key) -SkipCheck'
            'Connect-FineTuning "http://example.invalid/v1?key=$(Plain header)" -SkipCheck'
            ('Connect-FineTuning $server.Endpoint -ApiKey $(Secure key) -Proxy "http://me:$(Plain ' +
            'proxy)@proxy.example:1"')
            ('Connect-FineTuning $server.Endpoint -ApiKey $(Secure key) -Proxy http://proxy.example:8080 ' +
            '-ProxyCredential ([pscredential]::new("me", $(Secure proxy))) -SkipCheck')
            'Connect-FineTuning $server.Endpoint -ApiKey $(Secure key) -Header @{ "X-Api-Key" = $(Plain header) }'
            'Connect-FineTuning $server.Endpoint -ApiKey $(Secure key) -Header @{ "Authorization" = $(Plain header) }'
            'Connect-FineTuning $server.Endpoint -SecretName none -Vault $(Plain key)'
            'Connect-FineTuning -Name $(Plain key)'
            'Connect-FineTuning -NoSuch $(Plain key)'
            'Connect-FineTuning $server.Endpoint -TokenProvider { throw "no token today" }'
            'Connect-FineTuning $server.Endpoint -TokenProvider { 1, 2 }'
            'Connect-FineTuning https://127.0.0.1:1/v1 -ApiKey $(Secure key) -MaxRetryCount 0'
        )
    }
    'ConvertTo-FineTuningDataset'  = @{
        Success = ('[pscustomobject]@{ Prompt = "q"; Completion = "a" } | ConvertTo-FineTuningDataset -UserProperty ' +
            'Prompt -AssistantProperty Completion -Path (Join-Path $folder made.jsonl) -Force')
        Failure = 'ConvertTo-FineTuningDataset -Path (Join-Path $folder $(Plain key) x.jsonl) -InputObject 1',
        'ConvertTo-FineTuningDataset -NoSuch $(Plain key)'
    }
    'Disconnect-FineTuning'        = @{
        Success = ('Connect-FineTuning $server.Endpoint -ApiKey $(Secure key) -Name gone -SkipCheck; ' +
            'Disconnect-FineTuning -Name gone'), ('Connect-FineTuning $server.Endpoint -ApiKey $(Secure key) -Name ' +
            'forgotten -Save -SkipCheck; Disconnect-FineTuning -Name forgotten -Forget')
        Failure = 'Disconnect-FineTuning -Name $(Plain key)', 'Disconnect-FineTuning -NoSuch $(Plain key)'
    }
    'Get-CheckpointPermission'     = @{
        Call    = 'Get-CheckpointPermission ft:x'
        Success = 'Get-CheckpointPermission $job.FineTunedModel'
        Failure = 'Get-CheckpointPermission $(Plain key)', 'Get-CheckpointPermission ftckpt_none'
    }
    'Get-FineTunedModel'           = @{
        Call    = 'Get-FineTunedModel'
        Success = 'Get-FineTunedModel', 'Get-FineTunedModel -All', '$job | Get-FineTunedModel'
        Failure = 'Get-FineTunedModel $(Plain key)', 'Get-FineTunedModel $file'
    }
    'Get-FineTuningCheckpoint'     = @{
        Call = 'Get-FineTuningCheckpoint ftjob-x'
        Success = 'Get-FineTuningCheckpoint $job'
        Failure = 'Get-FineTuningCheckpoint $(Plain key)'
    }
    'Get-FineTuningConnection'     = @{
        Success = 'Get-FineTuningConnection', 'Get-FineTuningConnection -Name *',
        'Get-FineTuningConnection -ListAvailable'
        Failure = 'Get-FineTuningConnection -Name $(Plain key)', 'Get-FineTuningConnection $(Plain key) -ListAvailable'
    }
    'Get-FineTuningEvent'          = @{
        Call = 'Get-FineTuningEvent ftjob-x'
        Success = 'Get-FineTuningEvent $job', 'Get-FineTuningEvent $job -Follow'
        Failure = 'Get-FineTuningEvent $(Plain key)'
    }
    'Get-FineTuningFile'           = @{
        Call = 'Get-FineTuningFile file-x'
        Success = 'Get-FineTuningFile', 'Get-FineTuningFile $file'
        Failure = 'Get-FineTuningFile $(Plain key)'
    }
    'Get-FineTuningJob'            = @{
        Call = 'Get-FineTuningJob'
        Success = 'Get-FineTuningJob', 'Get-FineTuningJob $job'
        Failure = 'Get-FineTuningJob $(Plain key)', 'Get-FineTuningJob -Connection $(Plain key)'
    }
    'Get-FineTuningServer'         = @{
        Success = 'Get-FineTuningServer'
        Failure = 'Get-FineTuningServer -NoSuch $(Plain key)'
    }
    'Get-FineTuningServerFault'    = @{
        Success = '$null = Set-FineTuningServerFault "GetJob:delay_ms=1"; Get-FineTuningServerFault'
        Failure = 'Get-FineTuningServerFault -NoSuch $(Plain key)'
    }
    'Get-FineTuningServerRequest'  = @{
        Success = 'Get-FineTuningServerRequest'
        Failure = 'Get-FineTuningServerRequest $(Plain key)'
    }
    'Grant-CheckpointPermission'   = @{
        Call    = 'Grant-CheckpointPermission ft:x -ProjectId proj_x'
        Success = '$job | Grant-CheckpointPermission -ProjectId proj_a, proj_b'
        Failure = 'Grant-CheckpointPermission $(Plain key) proj_a',
        'Grant-CheckpointPermission ftckpt_none $(Plain admin)'
    }
    'Invoke-FineTunedModel'        = @{
        Call    = 'Invoke-FineTunedModel m "hello"'
        Success = @(
            'Invoke-FineTunedModel gpt-4o-mini hello', 'Invoke-FineTunedModel gpt-4o-mini hello -Stream',
            '"a", "b" | Invoke-FineTunedModel gpt-4o-mini -Compare gpt-4.1-mini'
            ('Invoke-FineTunedModel gpt-4o-mini -Evaluate $train -Grader @{ type = "string_check"; name = "g"; input ' +
            '= "a"; reference = "a"; operation = "eq" }')
        )
        Failure = 'Invoke-FineTunedModel $(Plain key) hello',
        'Invoke-FineTunedModel gpt-4o-mini -Message $(Plain key)', ('Invoke-FineTunedModel gpt-4o-mini -Evaluate ' +
            '$(Plain key) -Grader x'), 'Invoke-FineTunedModel gpt-4o-mini hello -Compare $(Plain key)'
    }
    'Invoke-Grader'                = @{
        Call    = ('Invoke-Grader @{ type = "string_check"; name = "g"; input = "a"; reference = "a"; operation = ' +
            '"eq" } -ModelSample a')
        Success = ('"a", "b" | Invoke-Grader @{ type = "string_check"; name = "g"; input = "{{ sample.output_text ' +
            '}}"; reference = "a"; operation = "eq" }'), ('"a" | Invoke-Grader @{ type = "string_check"; name = "g"; ' +
            'input = "a"; reference = "a"; operation = "eq" } -Local')
        Failure = '"a" | Invoke-Grader $(Plain key)', '"a" | Invoke-Grader @{ type = $(Plain key); name = "g" }',
        ('"a" | Invoke-Grader @{ type = "string_check"; name = "g"; input = "a"; reference = "a"; ' +
        'operation = $(Plain key) } -Local'), 'Invoke-Grader @{ type = "x" } -Path $(Plain key)'
    }
    'Measure-FineTuningDataset'    = @{
        Success = 'Measure-FineTuningDataset $train -Model gpt-4o-mini'
        Failure = 'Measure-FineTuningDataset $(Plain key)'
    }
    'New-FineTuningJob'            = @{
        Call    = 'New-FineTuningJob gpt-4o-mini file-x -Metadata @{ a = "b" }'
        Success = 'New-FineTuningJob gpt-4o-mini $train -EpochCount 1 -Wait',
        'New-FineTuningJob gpt-4o-mini $file -EpochCount 1 -IdempotencyKey once -Wait'
        Failure = 'New-FineTuningJob gpt-4o-mini $(Plain key)', 'New-FineTuningJob $(Plain key) $file'
    }
    'New-Grader'                   = @{
        Success = 'New-Grader -StringCheck -Reference "{{ item.a }}"',
        'New-Grader -Multi -Grader @{ a = (New-Grader -StringCheck -Reference x) } -Formula a'
        Failure = 'New-Grader -StringCheck -Reference "{{ $(Plain key) }}"',
        'New-Grader -Multi -Grader $(Plain key) -Formula a', 'New-Grader -NoSuch $(Plain key)'
    }
    'Receive-FineTuningFile'       = @{
        Call = 'Receive-FineTuningFile file-x -Path $folder -Force'
        Success = 'Receive-FineTuningFile $file -Path $folder -Force'
        Failure = 'Receive-FineTuningFile $(Plain key) -Path $folder'
    }
    'Remove-FineTunedModel'        = @{
        Call    = 'Remove-FineTunedModel ft:x -Confirm:$false'
        Success = 'New-FineTuningJob gpt-4o-mini $file -EpochCount 1 -Wait | Remove-FineTunedModel -Confirm:$false'
        Failure = 'Remove-FineTunedModel $(Plain key) -Confirm:$false',
        'Remove-FineTunedModel gpt-4o-mini -Confirm:$false'
    }
    'Remove-FineTuningFile'        = @{
        Call = 'Remove-FineTuningFile file-x -Confirm:$false'
        Success = 'Remove-FineTuningFile $spare -Confirm:$false'
        Failure = 'Remove-FineTuningFile $(Plain key) -Confirm:$false'
    }
    'Repair-FineTuningDataset'     = @{
        Success = 'Repair-FineTuningDataset $train (Join-Path $folder repaired.jsonl) -Force'
        Failure = 'Repair-FineTuningDataset $(Plain key)'
    }
    'Resume-FineTuningJob'         = @{
        Call = 'Resume-FineTuningJob ftjob-x'
        Success = 'Long | Suspend-FineTuningJob | Resume-FineTuningJob'
        Failure = 'Resume-FineTuningJob $(Plain key)', 'Resume-FineTuningJob $job'
    }
    'Revoke-CheckpointPermission'  = @{
        Call    = 'Revoke-CheckpointPermission ft:x -Id cp_x -Confirm:$false'
        Success = '$job | Grant-CheckpointPermission -ProjectId proj_c | Revoke-CheckpointPermission -Confirm:$false'
        Failure = 'Revoke-CheckpointPermission $(Plain key) -ProjectId proj_a -Confirm:$false',
        'Revoke-CheckpointPermission $job.FineTunedModel -Id $(Plain admin) -Confirm:$false'
    }
    'Send-FineTuningFile'          = @{
        Call = 'Send-FineTuningFile $train -Force'
        Success = 'Send-FineTuningFile $train', 'Send-FineTuningFile $train -Force'
        Failure = 'Send-FineTuningFile $(Plain key)'
    }
    'Set-FineTuningServerFault'    = @{
        Success = 'Set-FineTuningServerFault "GetJob:delay_ms=1" -PassThru; Clear-FineTuningServerFault'
        Failure = 'Set-FineTuningServerFault "$(Plain key):drop"', 'Set-FineTuningServerFault "GetJob:$(Plain key)=1"'
    }
    'Split-FineTuningDataset'      = @{
        Success = ('Split-FineTuningDataset $train -TrainingPath (Join-Path $folder a.jsonl) -ValidationPath ' +
            '(Join-Path $folder b.jsonl) -Force')
        Failure = 'Split-FineTuningDataset $(Plain key)'
    }
    'Start-FineTuningServer'       = @{
        Success = ('Start-FineTuningServer -Memory -ApiKey $(Secure key) -PassThru | ForEach-Object { $_; ' +
            'See-Process; $_ | Stop-FineTuningServer }')
        Failure = @(
            'Start-FineTuningServer -Memory -ApiKey $(Plain key)'
            'Start-FineTuningServer -Memory -ApiKey $(Secure key) -Fault nonsense'
            'Start-FineTuningServer -Memory -ApiKey $(Secure key) -TrainerCommand no-such-program'
            'Start-FineTuningServer (Join-Path $train below) -ApiKey $(Secure key)'
        )
    }
    'Stop-FineTuningJob'           = @{
        Call = 'Stop-FineTuningJob ftjob-x'
        Success = 'Stop-FineTuningJob (Long)'
        Failure = 'Stop-FineTuningJob $(Plain key)', 'Stop-FineTuningJob $job'
    }
    'Stop-FineTuningServer'        = @{
        Success = 'Start-FineTuningServer -Memory -ApiKey $(Secure key); Stop-FineTuningServer'
        Failure = 'Stop-FineTuningServer -ProcessId 1'
    }
    'Suspend-FineTuningJob'        = @{
        Call = 'Suspend-FineTuningJob ftjob-x'
        Success = 'Suspend-FineTuningJob (Long)'
        Failure = 'Suspend-FineTuningJob $(Plain key)', 'Suspend-FineTuningJob $job'
    }
    'Test-FineTuningDataset'       = @{
        Success = 'Test-FineTuningDataset $train'
        Failure = 'Test-FineTuningDataset $(Plain key)'
    }
    'Test-Grader'                  = @{
        Call    = 'Test-Grader (New-Grader -StringCheck -Reference x)'
        Taken   = 'e400'
        Success = 'Test-Grader (New-Grader -StringCheck -Reference x)', 'Test-Grader "{}" -Local',
        ('Test-Grader @{ type = "string_check"; name = "c"; input = "{{ $(Plain key) }}"; reference = ""; ' +
        'operation = "$(Plain header)" }')
        Failure = 'Test-Grader $(Plain key)', 'Test-Grader "{}" -Item $(Plain key)', 'Test-Grader "{$(Plain key)"'
    }
    'Wait-FineTuningJob'           = @{
        Call = 'Wait-FineTuningJob ftjob-x -TimeoutSec 0.3 -PollIntervalSec 0.1'
        Success = 'Wait-FineTuningJob $job'
        Failure = 'Wait-FineTuningJob $(Plain key)'
    }
}
