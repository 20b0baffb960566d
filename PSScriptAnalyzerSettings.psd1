# The style of all scripts. tests/Module/Style.Tests.ps1 holds them to it, and editors take this file by its name.
@{
    IncludeDefaultRules = $true
    ExcludeRules = @(
        # The scripts of a build and of samples speak to whoever runs them.
        'PSAvoidUsingWriteHost'
        # A function inside a script is not for the prompt: nobody asks it -WhatIf, and its noun may be many.
        'PSUseShouldProcessForStateChangingFunctions'
        'PSUseSingularNouns'
        # Such functions are short enough to be called by position.
        'PSAvoidUsingPositionalParameters'
        # The modules of tests have comments, and nobody who asks Get-Help.
        'PSProvideCommentHelp'
        # It does not see that a function uses its script's parameters.
        'PSReviewUnusedParameter'
        # It takes ConvertTo-Json with an input by position for a mistake.
        'PSUseCmdletCorrectly'
        # UTF-8 without a mark, as .editorconfig says.
        'PSUseBOMForUnicodeEncodedFile'
    )
    Rules = @{
        PSAvoidLongLines = @{ Enable = $true; MaximumLineLength = 120 }
        PSAvoidUsingDoubleQuotesForConstantString = @{ Enable = $true }
        PSPlaceCloseBrace = @{ Enable = $true; NewLineAfter = $false; IgnoreOneLineBlock = $true; NoEmptyLineBefore = $true }
        PSPlaceOpenBrace = @{ Enable = $true; OnSameLine = $true; NewLineAfter = $false; IgnoreOneLineBlock = $true }
        PSUseConsistentIndentation = @{
            Enable = $true
            Kind = 'space'
            IndentationSize = 4
            PipelineIndentation = 'IncreaseIndentationForFirstPipeline'
        }
        PSUseConsistentWhitespace = @{ Enable = $true; IgnoreAssignmentOperatorInsideHashTable = $true }
        PSUseCorrectCasing = @{ Enable = $true }
    }
}
