using System.Reflection;
using FineTuning.Core.Client;
using FineTuning.Core.Credentials;
using FineTuning.Core.Evaluation;
using FineTuning.Core.Wire;
using Xunit;

namespace FineTuning.Core.Tests;

/// <summary>Rules that hold for all of Core.</summary>
public sealed class ConventionTests
{
    private static readonly Type[] s_public = typeof(FineTuningClient).Assembly.GetExportedTypes();

    public static TheoryData<string> AsyncMethods =>
        [
            .. s_public
                .SelectMany(t =>
                    t.GetMethods(
                        BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly
                    )
                )
                .Where(m => IsAsync(m.ReturnType))
                .Select(m => $"{m.DeclaringType!.Name}.{m.Name}")
                .Distinct(),
        ];

    [Theory]
    [MemberData(nameof(AsyncMethods))]
    public void An_async_method_says_so_and_can_be_cancelled(string name)
    {
        string[] parts = name.Split('.');
        foreach (
            MethodInfo method in s_public
                .Where(t => t.Name == parts[0])
                .SelectMany(t => t.GetMethods())
                .Where(m => m.Name == parts[1])
        )
        {
            Assert.EndsWith("Async", method.Name, StringComparison.Ordinal);
            ParameterInfo last = method.GetParameters()[^1];
            Assert.Equal(typeof(CancellationToken), last.ParameterType);
            Assert.Equal("cancellationToken", last.Name);
            Assert.Equal(
                !method.DeclaringType!.IsInterface && method.DeclaringType != typeof(SystemClock),
                last.HasDefaultValue
            );
        }
    }

    [Fact]
    public void What_ends_in_Async_is_async() =>
        Assert.Empty(
            s_public
                .SelectMany(t => t.GetMethods())
                .Where(m => m.Name.EndsWith("Async", StringComparison.Ordinal) && !IsAsync(m.ReturnType))
                .Select(m => m.Name)
        );

    [Fact]
    public void The_client_has_all_operations() =>
        Assert.InRange(
            typeof(FineTuningClient).GetMethods().Count(m => m.Name.EndsWith("Async", StringComparison.Ordinal)),
            25,
            200
        );

    [Fact]
    public void Public_types_are_closed() =>
        Assert.Empty(
            s_public
                .Where(t => !(t.IsSealed || t.IsAbstract || t.IsValueType || t.IsInterface || t.IsEnum))
                // A caller hangs on a request what it wants to know of its answer.
                .Where(t => t != typeof(PageQuery) && t != typeof(ModelRequest))
                .Select(t => t.FullName)
        );

    [Fact]
    public void A_page_query_can_be_derived_from_within_Core_only() =>
        Assert.Contains(
            typeof(PageQuery).GetMethods(BindingFlags.NonPublic | BindingFlags.Instance),
            m => m.IsVirtual && m.IsFamilyAndAssembly
        );

    [Fact]
    public void Every_resource_keeps_unknown_fields()
    {
        Type[] resources =
        [
            .. s_public.Where(t => t.Name.Split('`')[0].EndsWith("Resource", StringComparison.Ordinal)),
        ];
        Assert.InRange(resources.Length, 9, 100);
        Assert.Empty(resources.Where(t => !typeof(Resource).IsAssignableFrom(t)).Select(t => t.Name));
    }

    [Fact]
    public void Every_resource_can_be_read()
    {
        IEnumerable<Type> readable = s_public.Where(t =>
            typeof(Resource).IsAssignableFrom(t) && !t.IsAbstract && !t.IsGenericTypeDefinition
        );
        Assert.Empty(readable.Where(t => WireContext.Default.GetTypeInfo(t) is null).Select(t => t.Name));
    }

    [Fact]
    public void No_public_member_shows_a_key() =>
        Assert.Empty(
            s_public
                .SelectMany(t => t.GetMembers())
                .OfType<PropertyInfo>()
                .Where(p =>
                    p.PropertyType == typeof(System.Security.SecureString) || p.PropertyType == typeof(ApiCredential)
                )
                .Select(p => p.Name)
        );

    [Fact]
    public void Core_knows_nothing_of_PowerShell() =>
        Assert.DoesNotContain(
            typeof(FineTuningClient).Assembly.GetReferencedAssemblies(),
            a =>
                !a.Name!.StartsWith("System.", StringComparison.Ordinal)
                || a.Name.StartsWith("System.Management.Automation", StringComparison.Ordinal)
        );

    private static bool IsAsync(Type type) =>
        typeof(Task).IsAssignableFrom(type)
        || type == typeof(ValueTask)
        || (
            type.IsGenericType
            && (
                type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>)
                || type.GetGenericTypeDefinition() == typeof(ValueTask<>)
            )
        );
}
