import type { ToolCallFormat } from './tool-format.js';
import { cwmFormat } from './tool-formats/cwm.js';
import { fenceFormat } from './tool-formats/fence.js';
import { nativeFormat } from './tool-formats/native.js';
import { xmlFormat } from './tool-formats/xml.js';

export type ToolCallFormatName = 'native' | 'cwm' | 'xml' | 'fence';

/** The formats by the names that users give them. */
export const TOOL_CALL_FORMATS: Readonly<Record<ToolCallFormatName, ToolCallFormat>> = {
  native: nativeFormat,
  cwm: cwmFormat,
  xml: xmlFormat,
  fence: fenceFormat,
};
