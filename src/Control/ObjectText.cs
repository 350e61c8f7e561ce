using System.Text.Json;
using System.Text.Json.Serialization;
using k8s;

namespace Usher.Control;

/// <summary>What an object says, as JSON, to compare it with another.</summary>
public static class ObjectText
{
    private static readonly JsonSerializerOptions Plain = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>Its JSON.</summary>
    public static string Of(object value) =>
        value is IKubernetesObject ? KubernetesJson.Serialize(value) : JsonSerializer.Serialize(value, value.GetType(), Plain);
}
