@{
    RootModule           = 'bin/FineTuning.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = '5f0c1d7e-3b2a-4f69-9c0e-6a1b2e8d4c57'
    Author               = 'FineTuning contributors'
    CompanyName          = 'FineTuning contributors'
    Copyright            = '(c) FineTuning contributors. MIT licence.'
    Description          = 'Runs fine-tuning jobs against OpenAI, Azure OpenAI, any server that speaks the same API, and a local server that really trains: check a dataset, upload it, create a job, wait for it, follow its events, and use what it made.'
    CompatiblePSEditions = @('Desktop', 'Core')
    PowerShellVersion    = '5.1'
    DotNetFrameworkVersion = '4.7.2'
    FormatsToProcess     = @('bin/FineTuning.Format.ps1xml')
    # Help ships with the module, so there is nothing for Update-Help to fetch.
    HelpInfoURI          = ''
    CmdletsToExport      = @(
        'Clear-FineTuningServerFault'
        'Connect-FineTuning'
        'ConvertTo-FineTuningDataset'
        'Disconnect-FineTuning'
        'Get-CheckpointPermission'
        'Get-FineTunedModel'
        'Get-FineTuningCheckpoint'
        'Get-FineTuningConnection'
        'Get-FineTuningEvent'
        'Get-FineTuningFile'
        'Get-FineTuningJob'
        'Get-FineTuningServer'
        'Get-FineTuningServerFault'
        'Get-FineTuningServerRequest'
        'Grant-CheckpointPermission'
        'Invoke-FineTunedModel'
        'Invoke-Grader'
        'Measure-FineTuningDataset'
        'New-FineTuningJob'
        'New-Grader'
        'Receive-FineTuningFile'
        'Remove-FineTunedModel'
        'Remove-FineTuningFile'
        'Repair-FineTuningDataset'
        'Resume-FineTuningJob'
        'Revoke-CheckpointPermission'
        'Send-FineTuningFile'
        'Set-FineTuningServerFault'
        'Split-FineTuningDataset'
        'Start-FineTuningServer'
        'Stop-FineTuningJob'
        'Stop-FineTuningServer'
        'Suspend-FineTuningJob'
        'Test-FineTuningDataset'
        'Test-Grader'
        'Wait-FineTuningJob'
    )
    FunctionsToExport    = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
    PrivateData          = @{
        PSData = @{
            Tags         = @('FineTuning', 'OpenAI', 'AzureOpenAI', 'LLM', 'AI', 'MachineLearning', 'PSEdition_Core', 'PSEdition_Desktop', 'Windows', 'Linux', 'MacOS')
            LicenseUri   = 'https://opensource.org/license/mit'
            ReleaseNotes = 'See CHANGELOG.md.'
        }
    }
}
