using System.Management.Automation.Language;
using FineTuning.Core.Datasets;

namespace FineTuning.Output;

// The commands that make a dataset of a file that is none yet, ready to be run in the folder of the file.
internal static class DatasetAdvice
{
    public static IEnumerable<string> Of(DatasetReport report)
    {
        string file = Quote(report.Name);
        string target = Quote(System.IO.Path.GetFileNameWithoutExtension(report.Name) + ".new.jsonl");
        foreach (ProblemCode? code in report.CountsByCode.Keys.Select(ProblemCodes.Find))
        {
            if (code?.Source is SourceFormat source)
            {
                yield return $"To convert it: ConvertTo-FineTuningDataset {target} -SourcePath {file} -From {source}";
            }
        }

        if (report.Delimiter is char delimiter)
        {
            string option = delimiter switch
            {
                ',' => string.Empty,
                '\t' => " -Delimiter \"`t\"",
                _ => $" -Delimiter '{delimiter}'",
            };
            yield return $"To convert it: Import-Csv {file}{option} | ConvertTo-FineTuningDataset {target}";
        }

        if (report.LikelyEncoding is string encoding)
        {
            yield return "To convert it: " + Reencode(file, target, encoding);
        }
    }

    // Windows PowerShell's Get-Content knows no encodings by name.
    private static string Reencode(string file, string target, string encoding) =>
#if NET
        $"Get-Content {file} -Encoding {encoding} | Set-Content {target} -Encoding utf8NoBOM";
#else
        $"[IO.File]::WriteAllLines(\"$PWD/\" + {target}, [IO.File]::ReadLines(\"$PWD/\" + {file}, "
        + $"[Text.Encoding]::GetEncoding('{encoding}')))";
#endif

    private static string Quote(string name) =>
#if NET
        name.All(letter => char.IsLetterOrDigit(letter) || letter is '.' or '_' or '-')
            ? name
            : $"'{CodeGeneration.EscapeSingleQuotedStringContent(name)}'";
#else
        $"'{CodeGeneration.EscapeSingleQuotedStringContent(name)}'";
#endif
}
