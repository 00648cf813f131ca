// onbehalf.dll's functions (docs/c-abi.md) for C#, to copy into a project with <AllowUnsafeBlocks>. Put onbehalf.dll
// next to the program. onbehalf.h documents each function.
//
//     nint client;
//     if (OnBehalfLibrary.onbehalf_connect(0, out client) != OnBehalfStatus.Ok)
//     {
//         throw OnBehalfException.Last();
//     }
//
//     nint result;
//     OnBehalfLibrary.onbehalf_call(client, "identity.whoami", null, -1, 0, out result, out _);
//     Console.WriteLine(Marshal.PtrToStringUTF8(result));
//     OnBehalfLibrary.onbehalf_free_string(result);
//     OnBehalfLibrary.onbehalf_free_client(client);
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

public enum OnBehalfStatus
{
    Ok = 0,
    RpcError = 1,
    WindowsError = 2,
    ConnectionError = 3,
    NotTrusted = 4,
    Timeout = 5,
    Cancelled = 6,
    InvalidArgument = 7,
    OutOfMemory = 8,
    InternalError = 9,
}

// onbehalf_options. Strings are UTF-8 and end with NUL: Marshal.StringToCoTaskMemUTF8.
[StructLayout(LayoutKind.Sequential)]
public struct OnBehalfOptions
{
    public uint Size;
    public int Level;
    public int Trust;
    public uint ConnectTimeoutMs;
    public uint CallTimeoutMs;
    public uint FirstBackoffMs;
    public uint LongestBackoffMs;
    public uint Reserved;
    public ulong MaxAnswerBytes;
    public nint Pipe;
    public nint Server;
    public nint Service;
}

// onbehalf_call_options. Progress is an OnBehalfProgress: Marshal.GetFunctionPointerForDelegate.
[StructLayout(LayoutKind.Sequential)]
public struct OnBehalfCallOptions
{
    public uint Size;
    public uint TimeoutMs;
    public uint Flags;
    public uint Reserved;
    public nint Progress;
    public nint ProgressUser;
}

// onbehalf_error.
[StructLayout(LayoutKind.Sequential)]
public struct OnBehalfError
{
    public uint Size;
    public OnBehalfStatus Status;
    public int Code;
    public uint Reserved;
    public nint Name;
    public nint Message;
    public nint Data;
    public long DataLength;
}

// The callbacks. A delegate passed to the library must live until its last call: keep it in a field. No exception may
// leave a callback.
[UnmanagedFunctionPointer(CallingConvention.Cdecl)]
public delegate void OnBehalfProgress(nint user, nint value, long valueLength);

[UnmanagedFunctionPointer(CallingConvention.Cdecl)]
public delegate void OnBehalfDone(nint user, OnBehalfStatus status, nint result, long resultLength, nint error);

[UnmanagedFunctionPointer(CallingConvention.Cdecl)]
public delegate void OnBehalfNotification(nint user, nint method, nint parameters, long parametersLength);

// An error from the service, Windows or the library.
public sealed class OnBehalfException : Exception
{
    private OnBehalfException(OnBehalfError error)
        : base(Marshal.PtrToStringUTF8(error.Message))
    {
        this.Status = error.Status;
        this.Code = error.Code;
        this.Name = Marshal.PtrToStringUTF8(error.Name) ?? string.Empty;
        this.Json = Marshal.PtrToStringUTF8(error.Data);
    }

    public OnBehalfStatus Status { get; }

    // The code from the service, from Windows or ONBEHALF_CONNECTION_...
    public int Code { get; }

    public string Name { get; }

    // The error's data from the service; null if there is none.
    public string? Json { get; }

    // For the last function that this thread called.
    public static OnBehalfException Last() => From(OnBehalfLibrary.onbehalf_last_error());

    // For the error passed to a callback.
    public static OnBehalfException From(nint error) => new(Marshal.PtrToStructure<OnBehalfError>(error));
}

public static partial class OnBehalfLibrary
{
    public const uint Idempotent = 1;

    private const string Library = "onbehalf.dll";

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nint onbehalf_version();

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial uint onbehalf_abi_version();

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nint onbehalf_last_error();

    // To use the defaults, pass 0 to the other overload.
    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial OnBehalfStatus onbehalf_connect(in OnBehalfOptions options, out nint client);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial OnBehalfStatus onbehalf_connect(nint options, out nint client);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial OnBehalfStatus onbehalf_call(
        nint client, string method, string? parameters, long parametersLength, in OnBehalfCallOptions options,
        out nint result, out long resultLength);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial OnBehalfStatus onbehalf_call(
        nint client, string method, string? parameters, long parametersLength, nint options, out nint result,
        out long resultLength);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial OnBehalfStatus onbehalf_call_async(
        nint client, string method, string? parameters, long parametersLength, in OnBehalfCallOptions options,
        OnBehalfDone done, nint user, out nint request);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial OnBehalfStatus onbehalf_cancel(nint request);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void onbehalf_free_request(nint request);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial OnBehalfStatus onbehalf_notify(
        nint client, string method, string? parameters, long parametersLength);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial OnBehalfStatus onbehalf_on_notification(
        nint client, OnBehalfNotification? handler, nint user);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int onbehalf_is_connected(nint client);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial OnBehalfStatus onbehalf_close(nint client);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void onbehalf_free_client(nint client);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void onbehalf_free_string(nint text);
}
