# build: compiles everything and stages the module in bin. The demonstration and the quick tests stage only what they
# need.

$stamp = Join-Path $artifacts 'staged.txt'

function Invoke-Build {
    if (-not $done.Add('build')) { return }
    Write-Step "Compiling ($Configuration)"
    Invoke-DotnetBuild $solution
    Publish-Staging 'net8.0', 'netstandard2.0'
}

function Invoke-SmallBuild([string[]] $Option) {
    # The module for PowerShell 7 and the server, unless bin has them as the sources are now.
    if ($done.Contains('build') -or (Test-Staged)) { return }
    Write-Step "Compiling the module for PowerShell 7, and the server ($Configuration)"
    Invoke-DotnetBuild (Join-Path $root 'build/Demo.proj') @Option
    Publish-Staging 'net8.0'
}

function Test-Staged {
    # Folders count too, since one is newer when a file has been deleted from it.
    $module = Join-Path $bin 'FineTuning.psm1'
    if (-not (Test-Path $module) -or -not (Test-Path $stamp)) { return $false }
    if ((Get-Content -LiteralPath $stamp -Raw).Trim() -ne $Configuration) { return $false }
    $time = (Get-Item -LiteralPath $stamp).LastWriteTimeUtc
    $folders = 'src', 'docs/about', 'build' | ForEach-Object { Join-Path $root $_ }
    $sources = @(Get-Item $root/Directory.*.props) + @(Get-Item $folders) + @(Get-ChildItem $folders -Recurse)
    # What compiling makes stands among the sources.
    $made = '[\\/](bin|obj)([\\/]|$)'
    $newer = $sources | Where-Object LastWriteTimeUtc -GT $time |
        Where-Object { [IO.Path]::GetRelativePath($root, $_.FullName) -notmatch $made }
    -not $newer
}

function Publish-Staging([string[]] $Target) {
    Write-Step 'Staging the module in bin'
    if (Test-Path $bin) { Remove-Item $bin -Recurse -Force }
    $source = Join-Path $root 'src/FineTuning'
    foreach ($name in $Target) {
        $folder = New-Item (Join-Path $bin $name) -ItemType Directory -Force
        # PowerShell 7 brings everything else; a copy beside the module could meet another module's.
        $wanted = if ($name -eq 'net8.0') { 'FineTuning.dll', 'FineTuning.Core.dll' } else { '*.dll' }
        Get-ChildItem "$source/bin/$Configuration/$name/*" -File -Include $wanted | Copy-Item -Destination $folder
        Publish-Help $folder
    }
    Copy-Item $source/FineTuning.psm1, $source/FineTuning.Format.ps1xml $bin
    # The vocabularies are in Core's assembly; their licence goes where people look for it.
    Copy-Item $root/src/FineTuning.Core/Tokenization/Vocabularies/LICENSE-tiktoken.txt $bin
    Publish-Server
    $null = New-Item $artifacts -ItemType Directory -Force
    $Configuration | Set-Content -LiteralPath $stamp
}

function Publish-Server {
    # What is compiled runs from any folder, so there is nothing for dotnet publish to do.
    $server = Join-Path $bin 'server'
    Copy-Item "$root/src/FineTuning.Server/bin/$Configuration/net10.0" $server -Recurse
    Get-ChildItem $server -Include *.pdb, *.xml, *.endpoints.json -Recurse | Remove-Item
    # SQLite is built for many platforms that run no PowerShell.
    $platforms = '^(win-(x64|x86|arm64)|osx-(x64|arm64)|linux-(musl-)?(x64|arm64|arm))$'
    Get-ChildItem $server/runtimes -Directory | Where-Object Name -NotMatch $platforms | Remove-Item -Recurse
}

function Publish-Help([IO.DirectoryInfo] $Folder) {
    # Beside the assembly: the cmdlets belong to the nested binary module, and there PowerShell looks for their help
    # and for topics.
    $help = New-Item (Join-Path $Folder 'en-US') -ItemType Directory
    Copy-Item $root/src/FineTuning/en-US/FineTuning.dll-Help.xml $help
    foreach ($topic in Get-ChildItem $root/docs/about -Filter about_*.md) {
        ConvertTo-Topic (Get-Content $topic -Raw) | Set-Content (Join-Path $help "$($topic.BaseName).help.txt")
    }
}
