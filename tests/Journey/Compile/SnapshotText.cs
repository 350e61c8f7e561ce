using System.Collections;
using System.Globalization;
using System.Net;
using System.Reflection;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using k8s;
using Usher.Ingress;
using Usher.Model.Road;
using Usher.Model.Secrets;

namespace Usher.Journey.Tests.Compile;

/// <summary>All that a generation says, as text: every field of every snapshot, but for what only helps the next compile.</summary>
internal static class SnapshotText
{
    private static readonly HashSet<Type> Left = [typeof(Reads), typeof(CompiledRoutes), typeof(IngressPart)];

    internal static string Of(Generation generation)
    {
        var text = new StringBuilder();
        foreach (var resource in generation.State.Resources.OrderBy(r => $"{r.Key.Group} {r.Key}", StringComparer.Ordinal)) text.Append(CultureInfo.InvariantCulture, $"{resource.Key} {Value(resource.Value, [])}\n");
        foreach (var warning in generation.Warnings.Select(w => w.ToString()).Order(StringComparer.Ordinal)) text.Append(CultureInfo.InvariantCulture, $"warning {warning}\n");
        foreach (var part in generation.Parts) text.Append(Value(part.Value.Value, [])).Append('\n');
        return text.ToString();
    }

    private static string Value(object? value, HashSet<object> within)
    {
        switch (value)
        {
            case null: return "null";
            case string text: return $"'{text}'";
            case IPAddress or IPEndPoint or Regex or Type or IFormattable or bool or char or MethodBase: return value.ToString()!;
            case IKubernetesObject: return KubernetesJson.Serialize(value);
            case KeyedCertificate certificate: return certificate.Fingerprint;
            case X509Certificate certificate: return certificate.GetCertHashString();
            case Delegate: return "a function";
        }

        var type = value.GetType();
        if (Left.Contains(type) || (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Lazy<>) || type.GetGenericArguments().Any(Left.Contains)))) return "";
        if (!type.IsValueType && within.Contains(value)) return "itself";
        within = new HashSet<object>(within, ReferenceEqualityComparer.Instance) { value };
        // Only how an immutable array is laid out.
        if (type.IsGenericType && type.Name.StartsWith("ImmutableArray", StringComparison.Ordinal) && (bool)type.GetProperty("IsDefault")!.GetValue(value)!) return "no array";
        if (value is IEnumerable all)
        {
            var items = all.Cast<object?>().Select(item => Value(item, within));
            // Dictionaries and sets have no order.
            var ordered = type.Name.Contains("Dictionary", StringComparison.Ordinal) || type.Name.Contains("Set", StringComparison.Ordinal) || type.Name.Contains("HostTable", StringComparison.Ordinal)
                ? items.Order(StringComparer.Ordinal) : items;
            return $"[{string.Join(", ", ordered)}]";
        }

        var fields = Fields(type).Where(f => !Left.Contains(f.FieldType)).Select(f => $"{f.Name} {Value(f.GetValue(value), within)}");
        return $"{type.Name} {{ {string.Join(", ", fields)} }}";
    }

    private static IEnumerable<FieldInfo> Fields(Type type)
    {
        for (var at = type; at is not null && at != typeof(object); at = at.BaseType)
        {
            foreach (var field in at.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)) yield return field;
        }
    }
}
