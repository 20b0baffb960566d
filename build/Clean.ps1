# clean: removes everything that the other tasks made, but for the modules in .modules.

function Invoke-Clean {
    Write-Step 'Cleaning'
    $projects = Get-ChildItem $root/src, $root/tests, $root/samples -Directory
    foreach ($path in @($bin, $artifacts) + ($projects | ForEach-Object { "$_/bin", "$_/obj" })) {
        if (Test-Path $path) { Remove-Item $path -Recurse -Force }
    }
    $done.Clear()
}
