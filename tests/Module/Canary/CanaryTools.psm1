# Makes marked secrets, and runs the scenarios with them in a process of their own.
if (-not ('CanaryGateway' -as [type])) { Add-Type -Path "$PSScriptRoot/Gateway.cs" }

function New-Canary {
    # New ones for each run. Only one looks like a key of OpenAI, so that it is not its look that keeps a secret; the
    # proxy's password is spelt differently in addresses, JSON and pages.
    $secrets = [ordered]@{}
    foreach ($name in 'admin', 'bearer', 'token', 'header', 'environment', 'vault') {
        $secrets[$name] = "Zq7canary$name$([guid]::NewGuid().ToString('N'))"
    }
    $secrets.key = "sk-canary$([guid]::NewGuid().ToString('N'))"
    $secrets.proxy = "Zq7canary+/&`"<é>$([guid]::NewGuid().ToString('N'))"
    $secrets
}

function New-DotnetRecorder([string] $Folder) {
    # A dotnet before the real one that writes down what it was given, as no look at processes could: some live for a
    # moment only.
    $null = New-Item $Folder -ItemType Directory
    $real = (Get-Command dotnet -CommandType Application | Select-Object -First 1).Source
    Set-Content -LiteralPath "$Folder/dotnet" @(
        '#!/bin/sh'
        "{ echo `"`$*`"; env; } >> '$Folder/started.log'"
        "exec '$real' `"`$@`""
    )
    chmod +x "$Folder/dotnet"
}

function Invoke-Canary {
    # Runs Inside.ps1 and gives what it counted and found.
    param([Parameter(Mandatory)] [string] $Module, [Parameter(Mandatory)] [string] $Work, [string] $Leak = '')
    $secrets = New-Canary
    $gateway = [CanaryGateway]::new()
    $start = [Diagnostics.ProcessStartInfo]::new((Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')))
    $arguments = @('-NoLogo', '-NoProfile', '-NonInteractive', '-File', "$PSScriptRoot/Inside.ps1", '-Module', $Module,
        '-Gateway', $gateway.Port, '-Work', $Work)
    if ($Leak) { $arguments += '-Leak', $Leak }
    foreach ($argument in $arguments) { $start.ArgumentList.Add($argument) }
    $start.UseShellExecute = $false
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $start.RedirectStandardError = $true
    New-DotnetRecorder "$Work/bin"
    $folders = @{
        HOME = 'home'; USERPROFILE = 'home'; LOCALAPPDATA = 'home/local'; APPDATA = 'home/roaming'
        XDG_DATA_HOME = 'home/share'; XDG_CONFIG_HOME = 'home/config'
        XDG_CACHE_HOME = 'home/cache'; XDG_STATE_HOME = 'home/state'; TMPDIR = 'tmp'; TEMP = 'tmp'; TMP = 'tmp'
    }
    foreach ($name in $folders.Keys) {
        $start.Environment[$name] = (New-Item (Join-Path $Work $folders[$name]) -ItemType Directory -Force).FullName
    }
    $start.Environment['PATH'] = "$Work/bin" + [IO.Path]::PathSeparator + $env:PATH
    $null = $start.Environment.Remove('DOTNET_ROOT')
    $start.Environment['OPENAI_API_KEY'] = $secrets.environment
    $start.Environment['NO_COLOR'] = '1'
    $start.Environment['CANARY_RUN'] = [guid]::NewGuid().ToString('N')
    $process = [Diagnostics.Process]::Start($start)
    try {
        $process.StandardInput.WriteLine(($secrets | ConvertTo-Json -Compress))
        $process.StandardInput.Close()
        $output = $process.StandardOutput.ReadToEndAsync()
        $errors = $process.StandardError.ReadToEndAsync()
        if (-not $process.WaitForExit(500000)) {
            $process.Kill($true)
            throw 'The scenarios did not end in time.'
        }
        $process.WaitForExit()
        $text = $output.Result + $errors.Result
        $shown = @($secrets.Keys | Where-Object { $text.Contains($secrets[$_]) })
        if ($process.ExitCode -ne 0 -or $output.Result -notmatch '(?s)\{.*\}') {
            throw "The scenarios ended with $($process.ExitCode): $($output.Result) $($errors.Result)"
        }
        $result = $Matches[0] | ConvertFrom-Json
        $result | Add-Member -NotePropertyMembers @{ Echoed = $gateway.Echoed; Shown = $shown } -PassThru
    } finally {
        $process.Dispose()
        $gateway.Dispose()
    }
}

Export-ModuleMember -Function Invoke-Canary
