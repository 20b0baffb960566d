<#
.SYNOPSIS
Trains a model with a grader: checks the grader, measures the base, trains, and compares.

.DESCRIPTION
The files have conversations that end with the user, and the expected answer:
    {"messages":[{"role":"user","content":"Where is my parcel?"}],"answer":"shipping"}
The right answer scores 1, a near one a little, so that a model that is never right can learn. Nothing is trained if
the grader has a mistake or does not tell the right answer from others. One row a model comes out, with its mean reward.

.PARAMETER TrainingFile
The path of the training file.

.PARAMETER ValidationFile
The path of examples that are not in the training file, to measure the models on.

.PARAMETER ConnectionName
The name of the saved connection.

.PARAMETER Model
The base model.

.PARAMETER AnswerField
The field of an example that has the expected answer.

.PARAMETER IdempotencyKey
The name of this piece of work, by which a run that was cut off finds its job. By default it is made of the inputs.

.PARAMETER Parameter
More for New-FineTuningJob, such as @{ EpochCount = 3; Seed = 1 }.

.EXAMPLE
./train-with-grader.ps1 -TrainingFile ./train.jsonl -ValidationFile ./valid.jsonl -ConnectionName work | Format-Table
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $TrainingFile,
    [Parameter(Mandatory)] [string] $ValidationFile,
    [string] $ConnectionName = 'work', [string] $Model = 'o4-mini-2025-04-16',
    [string] $AnswerField = 'answer', [string] $IdempotencyKey, [hashtable] $Parameter = @{}
)
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
Import-Module FineTuning
Connect-FineTuning -Name $ConnectionName

# The grader. Nine tenths are for the right answer and one for a near one.
$reference = "{{ item.$AnswerField }}"
$exact = New-Grader -StringCheck -Name exact -Operation eq -Reference $reference
$near = New-Grader -TextSimilarity -Name near -EvaluationMetric fuzzy_match -Reference $reference
$grader = New-Grader -Multi -Name right_or_near -Grader $exact, $near -Formula '0.9 * exact + 0.1 * near'

# Does it fit the data, and does the service take it?
$report = Test-Grader $grader -ItemPath $ValidationFile
if (-not $report.IsValid) { throw "The grader has errors: $($report.Problems -join ' ')" }

# Does it tell right from wrong? Each item is graded here, without cost, with its own answer and that of another.
$items = Get-Content -LiteralPath $ValidationFile | ConvertFrom-Json
$right = $items | ForEach-Object { Invoke-Grader $grader -ModelSample $_.$AnswerField -Item $_ -Local }
$wrong = $items | Where-Object $AnswerField -NE $items[0].$AnswerField |
    Invoke-Grader $grader -ModelSample $items[0].$AnswerField -Local
if (-not $wrong) { throw 'All examples have the same answer, so there is nothing to tell apart.' }
$worst, $best = ($right | Measure-Object Reward -Minimum).Minimum, ($wrong | Measure-Object Reward -Maximum).Maximum
if ($worst -le $best) { throw "The grader gives a wrong answer $best and a right one $worst." }

# Train. Run again with the same file, model and grader, it finds its job.
$work = [Text.Encoding]::UTF8.GetBytes("$((Get-FileHash -LiteralPath $TrainingFile).Hash) $Model $($grader.ToJson())")
$hash = (Get-FileHash -InputStream ([IO.MemoryStream]::new($work))).Hash
if (-not $IdempotencyKey) { $IdempotencyKey = "grader-$($hash.Substring(0, 16))" }
$more = @{ ValidationFile = $ValidationFile; Grader = $grader; IdempotencyKey = $IdempotencyKey }
$job = New-FineTuningJob $Model $TrainingFile @more @Parameter | Wait-FineTuningJob
if ($job.Status -ne 'succeeded') { throw "Job $($job.Id) is $($job.Status). $($job.Error.Message)" }
Get-FineTuningEvent $job | Where-Object Level -EQ warn | ForEach-Object { Write-Warning $_.Message }

# Compare, with the same questions and grader, and no chance. A model that does not answer is a warning.
$models = @($Model; Get-FineTuningCheckpoint $job | Sort-Object Step | Where-Object Model -NE $job.FineTunedModel; $job)
$quietly = @{ ErrorAction = 'SilentlyContinue'; ErrorVariable = 'problems' }
Invoke-FineTunedModel -Model $models -Evaluate $ValidationFile -Grader $grader -Temperature 0 @quietly
$problems | ForEach-Object { Write-Warning "$_" }
